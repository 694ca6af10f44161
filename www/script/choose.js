/** Chooses rows of the table: one, a range, or all; what can be done with them stands in the bar (bulk.js). */

import {one} from "./parts.js";
import {change, known, watch} from "./store.js";

/** The row that a range begins at. @type {number|null} */
let start = null;
let hasBar = false;

/** A box was pressed. @param {MouseEvent} event */
export function press(event) {
    const box = /** @type {HTMLInputElement} */ (event.target);
    const id = Number(/** @type {HTMLElement|null} */ (box.closest("tbody tr"))?.dataset.id);
    if (id) chooseRow(id, box.checked, event.shiftKey);
    else if (box.checked) chooseAll();
    else choose([]);
}

/** @param {number} id @param {boolean} isChosen @param {boolean} isRange with all from the row chosen before */
export function chooseRow(id, isChosen, isRange) {
    const {tasks, chosen} = known();
    const wanted = new Set(chosen);
    for (const each of isRange ? range(tasks || [], start ?? id, id) : [id]) {
        if (isChosen) wanted.add(each);
        else wanted.delete(each);
    }
    start = id;
    choose(wanted);
}

export function chooseAll() {
    choose((known().tasks || []).map(({id}) => id));
}

/** @param {Iterable<number>} ids */
export function choose(ids) {
    const chosen = new Set(ids);
    change({chosen});
    if (hasBar || !chosen.size) return;
    hasBar = true;
    import("./bulk.js").then(({drawBulk}) => watch(drawBulk)).catch(() => {
        hasBar = false;
    });
}

/** Where there is no room for the boxes beside each row, they come when asked for. */
export function toggle() {
    const button = one(document, ".to-choose");
    const isOn = button.getAttribute("aria-pressed") !== "true";
    button.setAttribute("aria-pressed", String(isOn));
    one(document, ".tasks").classList.toggle("has-checks", isOn);
    if (!isOn) choose([]);
}

/** @param {import("./api.js").Task[]} tasks @param {number} from @param {number} to */
function range(tasks, from, to) {
    const places = [from, to].map((id) => tasks.findIndex((task) => task.id === id));
    if (places.includes(-1)) return [to];
    return tasks.slice(Math.min(...places), Math.max(...places) + 1).map(({id}) => id);
}

watch(({tasks, chosen}) => {
    const box = /** @type {HTMLInputElement|null} */ (document.querySelector(".tasks thead .check input"));
    if (!box) return;
    box.checked = chosen.size > 0 && chosen.size === tasks?.length;
    box.indeterminate = chosen.size > 0 && !box.checked;
});

document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.defaultPrevented || !known().chosen.size) return;
    if (/** @type {HTMLElement} */ (event.target).closest("article, dialog, .menu, .menu-box")) return;
    choose([]);
});
