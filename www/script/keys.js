/** What the shortcuts do. */

import {chooseRow} from "./choose.js";
import {switchLayout} from "./filters.js";
import {one} from "./parts.js";
import {known} from "./store.js";

const THEN_MS = 1500;
/** When "g" was pressed, which waits for the place to go to. */
let goingSince = 0;

/** @param {string} key as shortcut.js names it */
export async function press(key) {
    const isGoing = performance.now() - goingSince < THEN_MS;
    goingSince = 0;
    if (key === "o") return isGoing && location.assign("/overview.html");
    if (key === "g") goingSince = performance.now();
    else if (key === "/") focus(/** @type {HTMLInputElement} */ (one(document, ".filters [name=q]"))).select();
    else if (key === "c" || key === "n") startTask();
    else if (key === "j") move(1);
    else if (key === "k") move(-1);
    else if (key === "x" || key === "X") toggle(key === "X");
    else if (key === "e") current()?.querySelector(/** @type {"input"} */ ("[type=range]"))?.focus();
    else if (key === "b") switchLayout(known().layout === "board" ? "table" : "board");
    else if (key === "?") (await import("./keys-help.js")).showKeys();
}

/** @template {HTMLElement} T @param {T} element */
function focus(element) {
    element.focus();
    element.scrollIntoView({block: "nearest"});
    return element;
}

function startTask() {
    if (!known().inBin) focus(one(document, "form.new input"));
}

/** What one moves over: rows of the table, or cards of the board. */
function items() {
    return /** @type {HTMLElement[]} */ ([...document.querySelectorAll(
        known().layout === "board" ? ".cards .card" : ".tasks tbody tr")]);
}

/** The row that one is at: with the focus, else the task that is open. */
function present() {
    return /** @type {HTMLElement|null|undefined} */ (document.activeElement?.closest(".tasks tbody tr, .card"))
        || items().find((item) => Number(item.dataset.id) === known().openId);
}

/** The same, or else the first one in sight. */
function current() {
    return present() || items().find((item) => item.getBoundingClientRect().top >= 0);
}

/** Where one stops in a row or a card: at what opens it; in the bin, where nothing opens, at what takes it out or chooses it.
 * @param {HTMLElement} item @returns {HTMLElement|null} */
function stopIn(item) {
    return item.matches("a") ? item : item.querySelector("a, .restore button") || item.querySelector(".check input");
}

/** @param {number} step */
function move(step) {
    const all = items();
    const at = present();
    const next = at ? all[all.indexOf(at) + step] : current();
    const stop = next && stopIn(next);
    if (!stop) return;
    stop.focus();
    // A row says where it is; its link covers it.
    next.scrollIntoView({block: "nearest"});
}

/** @param {boolean} isRange */
function toggle(isRange) {
    const row = current();
    const {chosen, layout} = known();
    const id = Number(row?.dataset.id);
    if (!row || layout === "board") return;
    stopIn(row)?.focus();
    chooseRow(id, isRange || !chosen.has(id), isRange);
}
