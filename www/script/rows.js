/**
 * The rows of the table. Ten thousand may be listed, yet only the first and those near the window are in the document: the
 * list is cut into slices, a slice far off is an empty box of its height, and one that comes near is filled, a few in each
 * frame.
 */

import {COLUMNS, drawProgress} from "./columns.js";
import {addressOf} from "./filters.js";
import {copy, element, one} from "./parts.js";
import {known} from "./store.js";
import {language, say, today} from "./text.js";

/** @typedef {import("./api.js").Task} Task */
/** @typedef {Readonly<import("./store.js").State>} State */
/** @typedef {{body: HTMLElement, tasks: Task[], start: number, isNear: boolean, isFilled: boolean}} Slice */

const SLICE = 15;
/** Always there: a short list is whole. Of the others the observer says when. */
const FIRST = 4;
const ROW_PX = 52;
const FRAME_MS = 8;
/** Filled before one gets there. */
const MARGIN = "1200px 0px";

/** @type {Slice[]} */
const slices = [];
/** @type {WeakMap<Element, Slice>} */
const sliceOf = new WeakMap();
/** Rows in the document, by task. @type {Map<number, HTMLElement>} */
const rows = new Map();
/** What a row and its cells were drawn from. @type {WeakMap<Element, unknown>} */
const drawn = new WeakMap();
/** Columns, language and day of the rows drawn: with others, all are made anew. */
let look = "";
let isPumping = false;

const observer = new IntersectionObserver((entries) => {
    for (const {target, isIntersecting, boundingClientRect} of entries) {
        const slice = sliceOf.get(target);
        if (!slice) continue;
        slice.isNear = isIntersecting || isFirst(slice);
        // A table that is not shown has no height; what is in use stays.
        if (!slice.isNear && slice.isFilled && boundingClientRect.height && !target.contains(document.activeElement))
            empty(slice, boundingClientRect.height);
    }
    pump();
}, {rootMargin: MARGIN});

/** @param {Slice} slice */
function isFirst({start}) {
    return start < FIRST * SLICE;
}

/** @param {State} state */
export function drawRows(state) {
    const table = one(document, ".tasks");
    const tasks = state.tasks || [];
    const wanted = JSON.stringify([state.columns, state.inBin, state.user.id, language(), today()]);
    if (wanted !== look) rows.clear();
    look = wanted;
    while (slices.length * SLICE < tasks.length) addSlice(table);
    while ((slices.length - 1) * SLICE >= tasks.length && slices.length) removeSlice();
    table.setAttribute("aria-rowcount", String(state.next ? -1 : tasks.length + 1));
    const focused = /** @type {HTMLElement|null} */ (document.activeElement);
    slices.forEach((slice, place) => {
        slice.tasks = tasks.slice(place * SLICE, (place + 1) * SLICE);
        if (slice.isNear) fill(slice, state);
        else if (slice.isFilled) empty(slice, slice.body.offsetHeight);
    });
    for (const [id, row] of rows) if (!row.isConnected) rows.delete(id);
    // A row that moved loses the focus; the person should not.
    if (focused && focused !== document.activeElement && table.contains(focused)) focused.focus({preventScroll: true});
}

/** @param {HTMLElement} table */
function addSlice(table) {
    const body = element("tbody");
    body.setAttribute("role", "rowgroup");
    const slice = {body, tasks: [], start: slices.length * SLICE, isNear: false, isFilled: false};
    slice.isNear = isFirst(slice);
    body.style.blockSize = `${SLICE * ROW_PX}px`;
    slices.push(slice);
    sliceOf.set(body, slice);
    table.append(body);
    observer.observe(body);
}

function removeSlice() {
    const slice = slices.pop();
    if (!slice) return;
    observer.unobserve(slice.body);
    slice.body.remove();
}

/** @param {Slice} slice @param {number} height */
function empty(slice, height) {
    slice.body.style.blockSize = `${height}px`;
    for (const row of /** @type {HTMLElement[]} */ ([...slice.body.children])) rows.delete(Number(row.dataset.id));
    slice.body.replaceChildren();
    slice.isFilled = false;
}

/** @param {Slice} slice @param {State} state */
function fill(slice, state) {
    const wanted = slice.tasks.map((task, place) => rowOf(task, slice.start + place, state));
    const {body} = slice;
    if (wanted.length !== body.children.length || wanted.some((row, place) => row !== body.children[place]))
        body.replaceChildren(...wanted);
    if (!slice.isFilled) body.style.blockSize = "";
    slice.isFilled = true;
}

/** Fills the slices that came near, as many as a frame has room for. */
function pump() {
    if (isPumping || !slices.some((slice) => slice.isNear && !slice.isFilled)) return;
    isPumping = true;
    requestAnimationFrame((start) => {
        isPumping = false;
        const until = Math.max(start, performance.now()) + FRAME_MS;
        keepPlace(() => {
            for (const slice of slices) {
                if (!slice.isNear || slice.isFilled) continue;
                fill(slice, known());
                if (performance.now() > until) break;
            }
        });
        pump();
    });
}

// Paper has room for all of them.
addEventListener("beforeprint", () => {
    for (const slice of slices) if (!slice.isFilled) fill(slice, known());
});
addEventListener("afterprint", () => {
    for (const slice of slices) if (!slice.isNear && slice.isFilled) empty(slice, slice.body.offsetHeight);
});

/** Does something to the list without moving what is read: the row in use, or the first one in sight.
 * @param {() => void} act */
export function keepPlace(act) {
    const anchor = rowRead();
    const before = anchor ? anchor.getBoundingClientRect().top : 0;
    act();
    if (!anchor || !anchor.isConnected) return;
    const moved = anchor.getBoundingClientRect().top - before;
    if (moved) scrollBy({top: moved, behavior: "instant"});
}

function rowRead() {
    const table = one(document, ".tasks");
    const used = table.querySelector("tr:focus-within, tbody tr:hover");
    if (used && isInSight(used)) return used;
    if (table.getBoundingClientRect().top >= 0) return null;
    const slice = slices.find(({body, isFilled}) => isFilled && body.getBoundingClientRect().bottom > 0);
    return slice ? [...slice.body.children].find(isInSight) || null : null;
}

/** @param {Element} row */
function isInSight(row) {
    const {top, bottom} = row.getBoundingClientRect();
    return bottom > 0 && top < innerHeight;
}

/** @param {Task} task @param {number} place @param {State} state */
function rowOf(task, place, state) {
    let row = rows.get(task.id);
    if (!row) {
        row = copy(".row");
        // As a grid it would be no row to some browsers.
        row.setAttribute("role", "row");
        one(row, "td").setAttribute("role", "cell");
        one(row, "th").setAttribute("role", "rowheader");
        row.dataset.id = String(task.id);
        rows.set(task.id, row);
    }
    if (drawn.get(row) !== task) drawRow(row, task, state);
    drawn.set(row, task);
    row.setAttribute("aria-rowindex", String(place + 2));
    row.classList.toggle("is-open", task.id === state.openId);
    const link = row.querySelector("a");
    if (link) link.href = addressOf(state.filters, false, task.id);
    /** @type {HTMLInputElement} */ (one(row, ".check input")).checked = state.chosen.has(task.id);
    row.classList.toggle("is-chosen", state.chosen.has(task.id));
    return row;
}

/** @param {HTMLElement} row @param {Task} task @param {State} state */
function drawRow(row, task, state) {
    row.classList.toggle("is-done", task.status === "done");
    one(row, ".check input").setAttribute("aria-label", say("page.choose_task", {title: task.title}));
    drawTitle(row, task, state);
    for (const [name, column] of Object.entries(COLUMNS)) {
        if (!state.columns.includes(name)) continue;
        let cell = row.querySelector(`td.${name}`);
        if (!cell) {
            cell = element("td", name);
            cell.setAttribute("role", "cell");
            row.append(cell);
        }
        const wanted = JSON.stringify(column.drawn(task));
        if (drawn.get(cell) === wanted) continue;
        drawn.set(cell, wanted);
        const slider = /** @type {HTMLInputElement|null} */ (cell.querySelector("[type=range]"));
        // The slider stays: it may be in somebody's hand.
        if (slider) updateSlider(slider, one(cell, ".number"), task);
        else cell.replaceChildren(...column.parts(task, !state.inBin).filter((part) => part !== null));
    }
    if (state.inBin && !row.querySelector(".restore")) row.append(restorePart(task, state));
}

/** @param {HTMLInputElement} slider @param {HTMLElement} number @param {Task} task */
function updateSlider(slider, number, task) {
    slider.value = String(task.progress);
    slider.setAttribute("aria-label", task.title);
    drawProgress(slider, number, task.progress);
}

/** @param {HTMLElement} row @param {Task} task @param {State} state */
function drawTitle(row, task, state) {
    const title = one(row, "th > :first-child");
    title.textContent = task.title;
    if (state.inBin && title instanceof HTMLAnchorElement) title.replaceWith(element("span", "", task.title));
    const labels = state.columns.includes("labels") ? task.labels : [];
    one(row, ".labels").replaceChildren(...labels.map((label) => element("li", "", label)));
}

/** @param {Task} task @param {State} state */
function restorePart(task, state) {
    const cell = element("td", "restore");
    cell.setAttribute("role", "cell");
    if (task.creator.id !== state.user.id && state.user.role !== "admin") return cell;
    const button = /** @type {HTMLButtonElement} */ (element("button", "quiet", say("page.restore")));
    button.type = "button";
    button.setAttribute("aria-label", `${say("page.restore")}: ${task.title}`);
    cell.append(button);
    return cell;
}
