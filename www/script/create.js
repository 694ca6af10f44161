/**
 * The line that makes a new task. Signs in it say the rest, "Print flyers @jiwoo !high ^friday #print", and the server
 * reads them; who would rather fill in a form unfolds more fields, and the line is the title then, as it stands.
 */

import {ask, Problem, Waits} from "./api.js";
import {remembered} from "./device.js";
import {clearFaults, showFaults} from "./faults.js";
import {notify} from "./notice.js";
import {fill, labelsOf, one, peopleOptions, priorityOptions, sentenceOf} from "./parts.js";
import {say} from "./text.js";

/** @param {() => void} reload @param {(id: number) => void} open */
export function startCreate(reload, open) {
    const form = /** @type {HTMLFormElement} */ (one(document, "form.new"));
    form.noValidate = true;
    const button = /** @type {HTMLButtonElement} */ (one(form, "button.primary"));
    const line = /** @type {HTMLInputElement} */ (one(form, "[name=title]"));
    const more = /** @type {HTMLDetailsElement} */ (one(form, ".more"));
    // Fields that say something do not fold away unread.
    one(more, "summary").addEventListener("click", (event) => more.open && hasRest(form) && event.preventDefault());
    // What is wrong with a sign is no fault of a title.
    more.addEventListener("toggle", () => more.open && clearFaults(form));
    // After the click, not before: rows that move away from under the pointer could not be clicked.
    document.addEventListener("click", (event) => {
        if (line.value || hasRest(form) || form.contains(/** @type {Node} */ (event.target))) return;
        more.open = false;
    });
    /** What keeps drafts is fetched once there is something to keep, or to bring back.
     * @type {Promise<import("./drafts.js").DraftKeeper>|null} */
    let keeper = null;
    const startDraft = () => (keeper ||= import("./create-draft.js").then(({keepDraft}) => keepDraft(form)));
    if (hasDrafts()) startDraft();
    form.addEventListener("input", startDraft);
    form.addEventListener("draft", () => (more.open = hasRest(form)));
    let isOffering = false;
    line.addEventListener("input", async () => {
        if (isOffering || more.open || !/(^|\s)[@!^#]/.test(line.value)) return;
        isOffering = true;
        const {offerSigns} = await import("./quick-add.js");
        offerSigns(line, () => !more.open);
    });

    /** The task is kept, by the server or to be sent to it. */
    const clear = () => {
        form.reset();
        resetChoices(form);
        more.open = false;
        keeper?.then((draft) => draft.drop());
        line.focus();
    };
    form.addEventListener("submit", async (event) => {
        event.preventDefault();
        clearFaults(form);
        button.disabled = true;
        try {
            const {body: task} = await ask("POST", "/api/tasks", more.open ? allOf(form) : {line: line.value});
            clear();
            reload();
            sayAdded(task, reload, open);
        } catch (error) {
            if (error instanceof Waits) {
                clear();
                return notify(sentenceOf(error));
            }
            if (error instanceof Problem)
                for (const fault of error.body.errors || []) if (fault.field === "line") fault.field = "title";
            showFaults(form, error, say("page.unreachable"));
        } finally {
            button.disabled = false;
        }
    });
}

/** Says what was understood, with the ways back and on. @param {import("./api.js").Task} task
 * @param {() => void} reload @param {(id: number) => void} open */
async function sayAdded(task, reload, open) {
    const {understood} = await import("./quick-add.js");
    notify(say("page.added", {what: understood(task)}), async () => {
        await ask("DELETE", `/api/tasks/${task.id}`);
        reload();
        return say("page.deleted", {title: task.title});
    }, {words: say("page.open"), act: () => open(task.id)});
}

/** @param {HTMLFormElement} form */
function allOf(form) {
    return {
        title: value(form, "title"),
        description: value(form, "description"),
        priority: value(form, "priority"),
        assignee_id: Number(value(form, "assignee_id")) || null,
        due_on: value(form, "due_on") || null,
        labels: labelsOf(value(form, "labels")),
    };
}

/** @param {HTMLFormElement} form */
function hasRest(form) {
    return ["due_on", "labels", "description"].some((name) => value(form, name));
}

/** Drafts of anything, by anybody: those of other people are to end, too. */
function hasDrafts() {
    return remembered("draft/").length > 0;
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
