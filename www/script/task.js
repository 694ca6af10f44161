/**
 * One task, open beside the list. Each edit is kept as soon as it is made: only the fields that differ from what the
 * server last said are sent, with the version they were seen at. What could not be kept stays in the form, and in a
 * draft if the person moves on to another task.
 */

import {ask, Problem} from "./api.js";
import {askToChoose, lastWriter} from "./conflict.js";
import {clearFaults, showFaults} from "./faults.js";
import {drawHistory, loadHistory} from "./history.js";
import {isNoticeShown, notify} from "./notice.js";
import {copy, fill, labelsOf, one, peopleOptions, priorityOptions, sentenceOf, statusOptions} from "./parts.js";
import {changeTask, dropTask, known} from "./store.js";
import {say, translate} from "./text.js";
import {WatchView} from "./watch.js";

/** @typedef {import("./api.js").Task} Task */
/** @typedef {"title"|"description"|"status"|"progress"|"priority"|"assignee_id"|"due_on"|"labels"} Field */

/** @type {Field[]} */
const FIELDS = ["title", "description", "status", "progress", "priority", "assignee_id", "due_on", "labels"];
const REST_MS = 500;

/** Edits that could not be kept, by task. @type {Map<number, {version: number, texts: Record<string, string>}>} */
const drafts = new Map();

/** The last edits and what they replaced, as long as they can be undone.
 * @type {{id: number, values: Record<string, unknown>}|null} */
let undoable = null;

/** The text that a control shows for a field of a task. @param {Task} task @param {Field} field */
function textOf(task, field) {
    if (field === "assignee_id") return task.assignee ? String(task.assignee.id) : "";
    if (field === "labels") return task.labels.join(", ");
    if (field === "due_on") return task.due_on || "";
    return String(task[field]);
}

/** The value that the API takes for a control's text. @param {Field} field @param {string} text */
function valueOf(field, text) {
    if (field === "assignee_id") return Number(text) || null;
    if (field === "labels") return labelsOf(text);
    if (field === "due_on") return text || null;
    return field === "progress" ? Number(text) : text;
}

export class TaskView {
    /** @param {number} id @param {{close: () => void, closeAddress: string, reload: () => void}} hooks */
    constructor(id, hooks) {
        this.id = id;
        this.hooks = hooks;
        /** What the server last said. @type {Task|null} */
        this.task = null;
        /** @type {import("./api.js").Event[]} */
        this.events = [];
        /** What each control shows when nothing is edited. @type {Record<string, string>} */
        this.base = {};
        this.seenVersion = 0;
        /** Counts the questions asked, so that a late answer to an old one is not drawn. */
        this.turn = 0;
        this.isSaving = false;
        this.saveAgain = false;
        this.isClosed = false;
        /** Fields whose conflict waits for the person. @type {Set<Field>} */
        this.open = new Set();
        this.timer = 0;
        /** What the button beside the trouble does. @type {() => void} */
        this.again = () => {
            this.load();
        };
        this.progressBefore = "0";

        this.root = copy(".task");
        translate(this.root);
        this.form = /** @type {HTMLFormElement} */ (one(this.root, "form.edit"));
        this.comment = /** @type {HTMLFormElement} */ (one(this.root, "form.comment"));
        this.watch = new WatchView(id, /** @type {HTMLFormElement} */ (one(this.root, "form.watch")), this);
        this.form.noValidate = true;
        this.comment.noValidate = true;
        this.form.hidden = true;
        this.comment.hidden = true;
        fill(this.control("status"), statusOptions());
        fill(this.control("priority"), priorityOptions());
        this.listen();
        this.load();
    }

    /** @param {string} name @returns {any} */
    control(name) {
        return this.form.elements.namedItem(name);
    }

    listen() {
        const close = /** @type {HTMLAnchorElement} */ (one(this.root, ".close"));
        close.href = this.hooks.closeAddress;
        close.addEventListener("click", (event) => {
            event.preventDefault();
            this.hooks.close();
        });
        this.root.addEventListener("keydown", (event) => {
            if (event.key === "Escape") this.hooks.close();
            if (event.key === "Enter" && (event.ctrlKey || event.metaKey))
                /** @type {HTMLElement} */ (event.target).closest("form")?.requestSubmit();
        });
        one(this.root, ".trouble button").addEventListener("click", () => this.again());
        one(this.root, ".delete").addEventListener("click", () => this.remove());
        this.form.addEventListener("input", (event) => this.agree(event.target));
        this.form.addEventListener("change", () => {
            clearTimeout(this.timer);
            this.timer = window.setTimeout(() => this.open.size || this.save(), REST_MS);
        });
        this.form.addEventListener("submit", (event) => {
            event.preventDefault();
            this.save();
        });
        this.comment.addEventListener("submit", (event) => {
            event.preventDefault();
            this.addComment();
        });
    }

    /** Done is 100, and 100 is done: the one follows the other. @param {EventTarget|null} target */
    agree(target) {
        const status = this.control("status");
        const progress = this.control("progress");
        if (target === progress && progress.value === "100") status.value = "done";
        else if (target === progress && status.value === "done") status.value = "doing";
        else if (target === status && status.value === "done") progress.value = "100";
        else if (target === status && progress.value === "100")
            progress.value = status.value === "todo" ? "0" : this.progressBefore;
        if (progress.value !== "100") this.progressBefore = progress.value;
        this.drawProgress();
        if (this.changed().length) this.sayKept("");
    }

    drawProgress() {
        const progress = this.control("progress");
        const words = say("page.percent", {number: progress.value});
        const output = one(this.form, "output");
        output.textContent = words;
        output.setAttribute("aria-hidden", "true");
        progress.setAttribute("aria-valuetext", words);
        progress.style.setProperty("--filled", `${progress.value}%`);
    }

    async load() {
        const turn = ++this.turn;
        try {
            const [{body}, events] = await Promise.all([ask("GET", `/api/tasks/${this.id}`), loadHistory(this.id)]);
            // A save may have overtaken this question: its answer is the newer one.
            if (this.isClosed || turn !== this.turn) return;
            const isFirst = !this.task;
            this.drawEvents(events);
            this.watch.show(body);
            this.hideTrouble();
            if (!this.task || (!this.changed().length && body.version >= this.task.version)) this.show(body);
            if (isFirst) this.restoreDraft();
        } catch (error) {
            if (turn === this.turn) this.showTrouble(error, () => this.load());
        }
    }

    async loadEvents() {
        const turn = ++this.turn;
        const events = await loadHistory(this.id);
        if (turn === this.turn) this.drawEvents(events);
    }

    /** @param {import("./api.js").Event[]} events */
    drawEvents(events) {
        this.events = events;
        drawHistory(one(this.root, ".days"), events);
    }

    /**
     * Takes what the server said; fields that the person has edited since `sent` keep what she typed.
     *
     * @param {Task} task
     * @param {Record<string, string>} [sent] texts that this state already holds
     */
    show(task, sent = {}) {
        /** @type {Record<string, string>} */
        const typed = {};
        for (const field of this.task ? FIELDS : [])
            if (this.control(field).value !== (sent[field] ?? this.base[field])) typed[field] = this.control(field).value;
        this.task = task;
        this.seenVersion = task.version;
        this.drawPeople();
        for (const field of FIELDS) {
            const control = this.control(field);
            const text = textOf(task, field);
            if (control.value !== text) control.value = text;
            // Read back: a slider in tens shows 45 as 50, which is no edit.
            this.base[field] = control.value;
            if (field in typed) control.value = typed[field];
        }
        if (this.control("progress").value !== "100") this.progressBefore = this.control("progress").value;
        this.form.hidden = false;
        this.comment.hidden = false;
        this.drawProgress();
        one(this.root, ".about").textContent = say("page.created_by", {id: task.id, name: task.creator.name});
        const {user} = known();
        one(this.root, ".delete").hidden = task.creator.id !== user.id && user.role !== "admin";
        document.title = `${task.title} · ${say("page.name")}`;
        changeTask(task);
    }

    drawPeople() {
        const assignee = this.task && this.task.assignee;
        const people = [...known().people];
        if (assignee && !people.some((person) => person.id === assignee.id)) people.push(assignee);
        fill(this.control("assignee_id"), peopleOptions(people));
    }

    /** Fields that differ from what the server last said. */
    changed() {
        return this.task ? FIELDS.filter((field) => this.control(field).value !== this.base[field]) : [];
    }

    /** Sends what was edited. @param {boolean} [isLeaving] */
    async save(isLeaving = false) {
        clearTimeout(this.timer);
        const fields = this.changed();
        if (this.open.size) return one(this.form, ".choice button").focus();
        if (!this.task || !fields.length) {
            // The choice may have been to take theirs: then there is nothing left to say.
            if (this.task) this.sayKept(say("page.saved"));
            return;
        }
        if (this.isSaving) {
            this.saveAgain = true;
            return;
        }
        this.isSaving = true;
        this.saveAgain = false;
        const before = this.task;
        /** @type {Record<string, string>} */
        const sent = {};
        /** @type {Record<string, unknown>} */
        const values = {};
        for (const field of fields) {
            sent[field] = this.control(field).value;
            values[field] = valueOf(field, sent[field]);
        }
        this.sayKept(say("page.saving"));
        try {
            const {body} = await ask("PATCH", `/api/tasks/${this.id}`, {...values, version: this.seenVersion}, {}, isLeaving);
            clearFaults(this.form);
            this.hideTrouble();
            drafts.delete(this.id);
            this.show(body, sent);
            this.sayKept(say("page.saved"));
            this.offerUndo(before, fields);
            if (!this.isClosed) await this.loadEvents();
        } catch (error) {
            await this.failed(error);
        } finally {
            this.isSaving = false;
            if (this.saveAgain && this.changed().length) this.save();
        }
    }

    /** @param {unknown} error */
    async failed(error) {
        if (this.isClosed) {
            this.keepDraft();
            notify(`${say("page.not_saved")} ${sentenceOf(error)}`);
            return;
        }
        this.sayKept(say("page.not_saved"));
        if (error instanceof Problem && error.status === 412 && error.body.current)
            await this.choose(error.body.current, error.body.fields || []);
        else if (error instanceof Problem && error.body.errors)
            showFaults(this.form, error, say("page.unreachable"));
        else this.showTrouble(error, () => this.save());
    }

    /**
     * Somebody else changed the same fields. The other fields take the present state; for these, the person decides.
     *
     * @param {Task} current
     * @param {string[]} fields
     */
    async choose(current, fields) {
        const disputed = FIELDS.filter((field) => fields.includes(field) || (field === "assignee_id" && fields.includes("assignee")));
        try {
            await this.loadEvents();
        } catch {
            // The log only tells whose the other text is; the choice can be made without.
        }
        this.show(current);
        this.open = new Set(disputed);
        for (const box of this.form.querySelectorAll(".choice")) box.remove();
        const decide = (/** @type {Field} */ field) => {
            this.open.delete(field);
            if (this.open.size) return;
            clearFaults(this.form);
            this.save();
        };
        for (const field of disputed) {
            const control = this.control(field);
            askToChoose(control.closest("label"), {
                who: lastWriter(this.events, field),
                theirs: this.readable(current, field),
                keep: () => decide(field),
                take: () => {
                    control.value = this.base[field];
                    this.agree(control);
                    decide(field);
                },
            });
        }
        const place = one(this.form, ":scope > .fault:not(.of-field)");
        place.textContent = say("page.conflict");
        place.hidden = false;
        this.form.querySelector(".choice")?.scrollIntoView({block: "nearest"});
    }

    /** A field's value as people read it. @param {Task} task @param {Field} field */
    readable(task, field) {
        if (field === "assignee_id") return task.assignee ? task.assignee.name : say("page.nobody");
        if (field === "status") return say(`page.status.${task.status}`);
        if (field === "priority") return say(`page.priority.${task.priority}`);
        if (field === "progress") return say("page.percent", {number: task.progress});
        return textOf(task, field);
    }

    /** @param {Task} before @param {Field[]} fields */
    offerUndo(before, fields) {
        /** @type {Record<string, unknown>} */
        const old = {};
        for (const field of fields) old[field] = valueOf(field, textOf(before, field));
        // Steps in quick succession are undone as one.
        const isSameRow = undoable && undoable.id === this.id && isNoticeShown();
        undoable = {id: this.id, values: isSameRow ? {...old, ...undoable?.values} : old};
        const {id, values} = undoable;
        notify(say("page.saved"), async () => {
            undoable = null;
            const {body: now} = await ask("GET", `/api/tasks/${id}`);
            const {body} = await ask("PATCH", `/api/tasks/${id}`, {...values, version: now.version});
            changeTask(body);
            if (!this.isClosed) {
                this.show(body);
                await this.loadEvents();
            }
            return say("page.undone");
        });
    }

    async remove() {
        const {task} = this;
        if (!task) return;
        try {
            await ask("DELETE", `/api/tasks/${task.id}`);
        } catch (error) {
            this.showTrouble(error, () => this.remove());
            return;
        }
        drafts.delete(task.id);
        this.task = null;
        dropTask(task.id);
        this.hooks.close();
        undoable = null;
        notify(say("page.deleted", {title: task.title}), async () => {
            await ask("POST", `/api/tasks/${task.id}/restore`, {});
            this.hooks.reload();
            return say("page.restored", {title: task.title});
        });
    }

    async addComment() {
        const body = /** @type {HTMLTextAreaElement} */ (one(this.comment, "textarea"));
        const button = /** @type {HTMLButtonElement} */ (one(this.comment, "button"));
        clearFaults(this.comment);
        button.disabled = true;
        try {
            await ask("POST", `/api/tasks/${this.id}/comments`, {body: body.value});
            body.value = "";
            await this.loadEvents();
        } catch (error) {
            showFaults(this.comment, error, say("page.unreachable"));
        } finally {
            button.disabled = false;
        }
    }

    /** The person moves on: what is not kept yet is sent now. @param {boolean} [isLeaving] the page goes, too */
    leave(isLeaving = false) {
        this.isClosed = !isLeaving;
        clearTimeout(this.timer);
        const hasChoice = this.open.size > 0;
        if (!this.changed().length) return;
        this.keepDraft();
        if (!hasChoice) this.save(isLeaving);
    }

    keepDraft() {
        /** @type {Record<string, string>} */
        const texts = {};
        for (const field of this.changed()) texts[field] = this.control(field).value;
        drafts.set(this.id, {version: this.seenVersion, texts});
    }

    restoreDraft() {
        const draft = drafts.get(this.id);
        if (!draft) return;
        drafts.delete(this.id);
        for (const [field, text] of Object.entries(draft.texts)) this.control(field).value = text;
        this.seenVersion = draft.version;
        this.drawProgress();
        if (this.changed().length) this.sayKept(say("page.not_saved"));
    }

    /** @param {string} sentence */
    sayKept(sentence) {
        one(this.form, ".kept").textContent = sentence;
    }

    /** @param {unknown} error @param {() => void} again */
    showTrouble(error, again) {
        this.again = again;
        one(this.root, ".trouble span").textContent = sentenceOf(error);
        one(this.root, ".trouble").hidden = false;
    }

    hideTrouble() {
        one(this.root, ".trouble").hidden = true;
    }
}
