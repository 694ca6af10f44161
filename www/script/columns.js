/** The columns of the table: what stands in each, whether one can sort by it, and which of them a person wants. */

import {duePart, element, one, personPart} from "./parts.js";
import {recall, remember} from "./device.js";
import {date, dateAndHour, dayOf, daysUntil, language, say} from "./text.js";

/** @typedef {import("./api.js").Task} Task */
/** @typedef {Readonly<import("./store.js").State>} State */
/**
 * @typedef {{
 *   label: string, sort?: string,
 *   drawn: (task: Task) => unknown,
 *   parts: (task: Task, canEdit: boolean) => (Node|null)[]
 * }} Column `drawn`: what its cell depends on; a cell for which that is the same is left alone
 */

const KEPT = "columns";

/** Besides the title, which always stands first; in this order. @type {Record<string, Column>} */
export const COLUMNS = {
    assignee: {
        label: "page.field.assignee",
        drawn: (task) => task.assignee,
        parts: (task, canEdit) => [place(personPart(task.assignee), "assignee_id", canEdit)],
    },
    progress: {
        label: "page.field.progress",
        sort: "progress",
        drawn: (task) => [task.progress, task.title],
        parts: progressParts,
    },
    status: {
        label: "page.field.status",
        drawn: (task) => task.status,
        parts: (task, canEdit) => [
            place(element("span", `state state-${task.status}`, say(`page.status.${task.status}`)), "status", canEdit)],
    },
    priority: {
        label: "page.field.priority",
        sort: "priority",
        drawn: (task) => task.priority,
        parts: (task, canEdit) => [
            place(element("span", `weight weight-${task.priority}`, say(`page.priority.${task.priority}`)), "priority", canEdit)],
    },
    due: {
        label: "page.field.due_on",
        sort: "due",
        drawn: (task) => [task.due_on, task.status === "done"],
        parts: (task, canEdit) => {
            const due = duePart(task);
            return [canEdit ? place(due || unset(), "due_on", true) : due];
        },
    },
    creator: {
        label: "page.field.creator",
        drawn: (task) => task.creator,
        parts: (task) => [personPart(task.creator)],
    },
    updated: {
        label: "page.sort.updated",
        sort: "updated",
        drawn: (task) => task.updated_at,
        parts: (task) => [momentPart(task.updated_at)],
    },
};

/** Labels stand behind the title instead of in a column of their own, but are chosen like one. */
export const CHOICES = ["assignee", "progress", "status", "priority", "due", "labels", "creator", "updated"];
export const USUAL = CHOICES.slice(0, 6);

/** The columns that the person chose in this browser. */
export function keptColumns() {
    const kept = recall(KEPT);
    return Array.isArray(kept) ? CHOICES.filter((name) => kept.includes(name)) : USUAL;
}

/** Where nothing can be kept they last as long as the page. @param {string[]} columns */
export function keepColumns(columns) {
    remember(KEPT, columns);
}

/** What is changed in place when it is pressed. @param {Node} content @param {string} field @param {boolean} canEdit */
function place(content, field, canEdit) {
    if (!canEdit) return content;
    const button = /** @type {HTMLButtonElement} */ (element("button", "place"));
    button.type = "button";
    // Along the row by arrows, so that Tab needs not go through everything.
    button.tabIndex = -1;
    button.dataset.field = field;
    button.append(content);
    return button;
}

function unset() {
    const made = element("span", "unset", "–");
    made.append(element("span", "unseen", say("page.due_set")));
    return made;
}

/** @param {Task} task @param {boolean} canEdit */
function progressParts(task, canEdit) {
    const words = say("page.percent", {number: task.progress});
    if (!canEdit) {
        const bar = /** @type {HTMLProgressElement} */ (element("progress"));
        bar.max = 100;
        bar.value = task.progress;
        bar.setAttribute("aria-label", task.title);
        return [bar, element("span", "number", words)];
    }
    const slider = /** @type {HTMLInputElement} */ (element("input"));
    slider.type = "range";
    slider.step = "10";
    slider.value = String(task.progress);
    // The column says that it is progress.
    slider.setAttribute("aria-label", task.title);
    const number = place(element("span", "", words), "progress", true);
    /** @type {HTMLElement} */ (number).classList.add("number");
    drawProgress(slider, number, task.progress);
    return [slider, number];
}

/** @param {HTMLInputElement} slider @param {Node} number @param {number} progress */
export function drawProgress(slider, number, progress) {
    const words = say("page.percent", {number: progress});
    slider.style.setProperty("--filled", `${progress}%`);
    slider.setAttribute("aria-valuetext", words);
    number.textContent = words;
}

/** @param {string} moment */
function momentPart(moment) {
    const made = /** @type {HTMLTimeElement} */ (element("time"));
    const day = dayOf(new Date(moment));
    const days = daysUntil(day);
    made.dateTime = moment;
    made.title = dateAndHour(moment);
    made.textContent = days === 0 ? say("page.due.today") : days === -1 ? say("page.due.yesterday") : date(day);
    return made;
}

/** What sorts and in which direction, as the address has it. @param {State} state */
function sorting({filters}) {
    const sort = filters.sort || "updated";
    const isUp = filters.order ? filters.order === "asc" : sort === "due" || sort === "title";
    return {sort, isUp};
}

/** The head of the table; a press on a column sorts by it. @param {HTMLTableElement} table @param {State} state */
export function drawHead(table, state) {
    const {sort, isUp} = sorting(state);
    const wanted = JSON.stringify([state.columns, state.inBin, sort, isUp, language()]);
    if (table.dataset.head === wanted) return;
    table.dataset.head = wanted;
    const focused = document.activeElement instanceof HTMLElement && table.tHead?.contains(document.activeElement)
        ? document.activeElement.dataset.sort : undefined;
    const row = element("tr");
    table.setAttribute("role", "table");
    one(table, "thead").setAttribute("role", "rowgroup");
    row.setAttribute("role", "row");
    row.setAttribute("aria-rowindex", "1");
    row.append(headOfChecks());
    const shown = [["title", {label: "page.field.title", sort: "title"}], ...Object.entries(COLUMNS)
        .filter(([name]) => state.columns.includes(name))];
    for (const [name, column] of /** @type {[string, {label: string, sort?: string}][]} */ (shown)) {
        const cell = headOf(name, column.sort ? sortButton(column.sort, say(column.label)) : say(column.label));
        if (column.sort) cell.setAttribute("aria-sort", column.sort !== sort ? "none" : isUp ? "ascending" : "descending");
        row.append(cell);
    }
    if (state.inBin) row.append(headOf("restore", element("span", "unseen", say("page.restore"))));
    one(table, "thead").replaceChildren(row);
    table.style.setProperty("--columns", ["var(--check) var(--title)", ...Object.keys(COLUMNS)
        .filter((name) => state.columns.includes(name)).map((name) => `var(--${name})`), ...(state.inBin ? ["var(--restore)"] : [])].join(" "));
    if (focused) /** @type {HTMLElement|null} */ (table.querySelector(`[data-sort="${focused}"]`))?.focus();
}

/** @param {string} name @param {Node|string} content */
function headOf(name, content) {
    const cell = element("th", name);
    cell.setAttribute("scope", "col");
    cell.setAttribute("role", "columnheader");
    cell.append(content);
    return cell;
}

function headOfChecks() {
    const box = /** @type {HTMLInputElement} */ (element("input"));
    box.type = "checkbox";
    box.setAttribute("aria-label", say("page.choose_all"));
    return headOf("check", box);
}

/** @param {string} sort @param {string} label */
function sortButton(sort, label) {
    const button = /** @type {HTMLButtonElement} */ (element("button", "", label));
    button.type = "button";
    button.dataset.sort = sort;
    return button;
}
