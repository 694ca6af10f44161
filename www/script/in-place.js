/** Changes a task in its row: progress by its slider or a typed number, the other fields by a choice or a day. In the bin, it
 * takes the task out. */

import {restoreRow} from "./bin.js";
import {drawProgress} from "./columns.js";
import {keep} from "./keep.js";
import {element, isTypedNumber, one, peopleOptions, priorityOptions, statusOptions} from "./parts.js";
import {known} from "./store.js";
import {say} from "./text.js";

/** Arrow keys in quick succession are one change. */
const REST_MS = 400;

/** What happens in the table. @param {Event} event @param {HTMLElement} target */
export function handle(event, target) {
    const id = idOf(target);
    if (!id) return;
    const button = /** @type {HTMLElement|null} */ (target.closest("button.place"));
    if (event.type === "click" && button) edit(button, id);
    if (event.type === "click" && target.matches(".restore button")) restoreRow(/** @type {HTMLButtonElement} */ (target), id);
    if (event instanceof KeyboardEvent) walk(event, target);
    if (!(target instanceof HTMLInputElement) || target.type !== "range") return;
    const number = one(/** @type {HTMLElement} */ (target.parentElement), ".number");
    if (event.type === "input") drawProgress(target, number, Number(target.value));
    if (event.type === "change") keep(id, {progress: Number(target.value)}, REST_MS);
    if (event instanceof KeyboardEvent && isTypedNumber(event)) type(number, id, event.key);
}

/** @param {Element} target */
function idOf(target) {
    return Number(/** @type {HTMLElement|null} */ (target.closest(".tasks tbody tr"))?.dataset.id) || null;
}

/** Left and right go along the row, from the title to what can be changed. @param {KeyboardEvent} event @param {HTMLElement} target */
function walk(event, target) {
    const step = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    if (!step || !target.matches("a, button.place")) return;
    const stops = /** @type {HTMLElement[]} */ ([...(target.closest("tr")?.querySelectorAll("a, [type=range], button.place:not(.number)") || [])])
        .filter((stop) => stop.checkVisibility());
    stops[stops.indexOf(target) + step]?.focus();
}

/** A digit opens the field of the number; digits that were faster than it go into it. @param {HTMLElement} number
 * @param {number} id @param {string} digit */
function type(number, id, digit) {
    const field = /** @type {HTMLInputElement|null|undefined} */ (number.parentElement?.querySelector("input.in-place"));
    if (field) field.value += digit;
    else edit(number, id, digit);
}

/** Puts a field where the value stood. @param {HTMLElement} button @param {number} id @param {string} [typed] */
function edit(button, id, typed) {
    const task = known().byId.get(id);
    const field = button.dataset.field;
    if (!task || !field || button.hidden) return;
    const control = field === "due_on" ? dayField(task.due_on) : field === "progress" ? numberField(typed ?? String(task.progress))
        : selectField(field, task);
    control.classList.add("in-place");
    let isOver = false;
    let isTyped = false;
    const finish = (/** @type {boolean} */ isKept) => {
        if (isOver) return;
        isOver = true;
        const hadFocus = control === document.activeElement;
        const isValid = control.checkValidity();
        button.hidden = false;
        control.remove();
        if (hadFocus) (field === "progress" ? /** @type {HTMLElement} */ (button.parentElement).querySelector("input") : button)?.focus();
        if (isKept && isValid) keep(id, {[field]: valueOf(field, control.value)});
    };
    button.hidden = true;
    button.after(control);
    control.focus();
    // A day that is being typed is whole before it is right; one that was picked is meant.
    control.addEventListener("change", () => isTyped || field === "progress" || finish(true));
    control.addEventListener("blur", () => finish(field !== "progress" || control.value !== ""));
    control.addEventListener("keydown", (event) => {
        const {key} = /** @type {KeyboardEvent} */ (event);
        isTyped = field === "due_on";
        if (key !== "Enter" && key !== "Escape") return;
        event.preventDefault();
        event.stopPropagation();
        finish(key === "Enter");
    });
    if (control instanceof HTMLInputElement && field === "progress" && !typed) control.select();
    if (field === "progress") return;
    try {
        control.showPicker();
    } catch {
        // Without a press by the person, or in a browser that cannot, the field alone does.
    }
}

/** @param {string} field @param {string} text */
function valueOf(field, text) {
    if (field === "assignee_id") return Number(text) || null;
    if (field === "due_on") return text || null;
    return field === "progress" ? Number(text) : text;
}

/** @param {string} field @param {import("./api.js").Task} task */
function selectField(field, task) {
    const select = /** @type {HTMLSelectElement} */ (element("select"));
    const people = [...known().people];
    if (task.assignee && !people.some(({id}) => id === task.assignee?.id)) people.push(task.assignee);
    const options = field === "status" ? statusOptions() : field === "priority" ? priorityOptions() : peopleOptions(people);
    select.append(...options.map(([value, label]) => new Option(label, value)));
    select.value = field === "assignee_id" ? String(task.assignee?.id ?? "") : field === "status" ? task.status : task.priority;
    select.setAttribute("aria-label", `${say(`page.field.${field === "assignee_id" ? "assignee" : field}`)}: ${task.title}`);
    return select;
}

/** @param {string|null} day */
function dayField(day) {
    const input = /** @type {HTMLInputElement} */ (element("input"));
    input.type = "date";
    input.value = day || "";
    input.setAttribute("aria-label", say("page.field.due_on"));
    return input;
}

/** @param {string} text */
function numberField(text) {
    const input = /** @type {HTMLInputElement} */ (element("input"));
    input.type = "number";
    input.min = "0";
    input.max = "100";
    input.step = "1";
    input.value = text;
    input.setAttribute("aria-label", say("page.progress_number"));
    return input;
}
