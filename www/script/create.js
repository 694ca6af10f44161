/** The line that makes a new task; what else there is to say unfolds while one writes. */

import {ask} from "./api.js";
import {clearFaults, showFaults} from "./faults.js";
import {fill, labelsOf, one, peopleOptions, priorityOptions} from "./parts.js";
import {say} from "./text.js";

/** @param {() => void} reload */
export function startCreate(reload) {
    const form = /** @type {HTMLFormElement} */ (one(document, "form.new"));
    form.noValidate = true;
    const button = /** @type {HTMLButtonElement} */ (one(form, "button"));

    form.addEventListener("input", () => form.classList.add("is-open"));
    form.addEventListener("focusin", () => form.classList.add("is-open"));
    // After the click, not before: rows that move away from under the pointer could not be clicked.
    document.addEventListener("click", (event) => {
        const isEmpty = ["title", "due_on", "labels", "description"].every((name) => !value(form, name));
        if (isEmpty && !form.contains(/** @type {Node} */ (event.target))) form.classList.remove("is-open");
    });
    /** What keeps drafts is fetched once there is something to keep, or to bring back.
     * @type {Promise<import("./drafts.js").DraftKeeper>|null} */
    let keeper = null;
    const startDraft = () => (keeper ||= import("./create-draft.js").then(({keepDraft}) => keepDraft(form)));
    if (hasDrafts()) startDraft();
    form.addEventListener("input", startDraft);
    // Somebody may have begun to write before this script was here.
    if (value(form, "title") || form.contains(document.activeElement)) form.classList.add("is-open");
    form.addEventListener("submit", async (event) => {
        event.preventDefault();
        clearFaults(form);
        button.disabled = true;
        try {
            await ask("POST", "/api/tasks", {
                title: value(form, "title"),
                description: value(form, "description"),
                priority: value(form, "priority"),
                assignee_id: Number(value(form, "assignee_id")) || null,
                due_on: value(form, "due_on") || null,
                labels: labelsOf(value(form, "labels")),
            });
            form.reset();
            resetChoices(form);
            (await keeper)?.drop();
            reload();
            one(form, "[name=title]").focus();
        } catch (error) {
            showFaults(form, error, say("page.unreachable"));
        } finally {
            button.disabled = false;
        }
    });
}

/** Drafts of anything, by anybody: those of other people are to end, too. */
function hasDrafts() {
    try {
        return Object.keys(localStorage).some((key) => key.startsWith("draft/"));
    } catch {
        return false;
    }
}

/** @param {HTMLFormElement} form @param {string} name */
function value(form, name) {
    return /** @type {HTMLInputElement} */ (form.elements.namedItem(name)).value;
}

/** @param {HTMLFormElement} form */
function resetChoices(form) {
    /** @type {HTMLSelectElement} */ (one(form, "[name=priority]")).value = "normal";
    /** @type {HTMLSelectElement} */ (one(form, "[name=assignee_id]")).value = "";
}

/** @param {Readonly<import("./store.js").State>} state */
export function drawCreate(state) {
    const form = /** @type {HTMLFormElement} */ (one(document, "form.new"));
    const drawn = JSON.stringify([state.people, state.user.language]);
    if (form.dataset.drawn === drawn) return;
    const isFirst = !form.dataset.drawn;
    form.dataset.drawn = drawn;
    fill(one(form, "[name=assignee_id]"), peopleOptions(state.people));
    fill(one(form, "[name=priority]"), priorityOptions());
    if (isFirst) resetChoices(form);
}
