/** Says what is wrong, where it is wrong. */

import {Problem, Unreachable} from "./api.js";

let count = 0;

/** @param {HTMLFormElement} form */
export function clearFaults(form) {
    for (const input of form.querySelectorAll("[aria-invalid]")) {
        input.removeAttribute("aria-invalid");
        input.setAttribute("aria-describedby", /** @type {HTMLElement} */ (input).dataset.about || "");
    }
    for (const fault of form.querySelectorAll(".fault.of-field")) fault.remove();
    sayOfForm(form, "");
}

/** @param {HTMLFormElement} form @param {string} sentence */
export function sayOfForm(form, sentence) {
    const place = /** @type {HTMLElement} */ (form.querySelector(":scope > .fault:not(.of-field)"));
    place.textContent = sentence;
    place.hidden = !sentence;
}

/**
 * Shows an error in a form: each fault beside its field, the rest at the form's foot; the first field at fault gets
 * the focus.
 *
 * @param {HTMLFormElement} form
 * @param {unknown} error
 * @param {string} unreachable the sentence for when no answer came
 */
export function showFaults(form, error, unreachable) {
    clearFaults(form);
    if (error instanceof Unreachable) return sayOfForm(form, unreachable);
    if (!(error instanceof Problem)) throw error;
    /** @type {HTMLElement|null} */
    let first = null;
    for (const {field, message} of error.body.errors || []) {
        const input = /** @type {HTMLElement|null} */ (form.querySelector(`[name="${CSS.escape(field)}"]`));
        if (!input) continue;
        const fault = document.createElement("span");
        fault.className = "fault of-field";
        fault.id = `fault-${++count}`;
        fault.textContent = message;
        input.setAttribute("aria-invalid", "true");
        input.dataset.about ??= input.getAttribute("aria-describedby") || "";
        input.setAttribute("aria-describedby", `${fault.id} ${input.dataset.about}`.trim());
        // After the label, not in it: the fault is no part of the field's name.
        const label = input.closest("label") || input;
        label.after(fault);
        first = first || input;
    }
    if (first) first.focus();
    else sayOfForm(form, error.body.detail || error.body.title || unreachable);
}
