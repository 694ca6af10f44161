/** The fields of a task as controls: what the server last said, what the person typed since, and where the two part. */

import {duePart, fill, labelsOf, one, peopleOptions, priorityOptions, statusOptions} from "./parts.js";
import {ProgressBar} from "./progress.js";
import {known} from "./store.js";
import {date, say} from "./text.js";

/** @typedef {import("./api.js").Task} Task */
/** @typedef {"title"|"description"|"status"|"progress"|"priority"|"assignee_id"|"due_on"|"labels"} Field */

/** @type {Field[]} */
export const FIELDS = ["title", "description", "status", "progress", "priority", "assignee_id", "due_on", "labels"];

/** The text that a control shows for a field of a task. @param {Task} task @param {Field} field */
export function textOf(task, field) {
    if (field === "assignee_id") return task.assignee ? String(task.assignee.id) : "";
    if (field === "labels") return task.labels.join(", ");
    if (field === "due_on") return task.due_on || "";
    return String(task[field]);
}

/** The value that the API takes for a control's text. @param {Field} field @param {string} text */
export function valueOf(field, text) {
    if (field === "assignee_id") return Number(text) || null;
    if (field === "labels") return labelsOf(text);
    if (field === "due_on") return text || null;
    return field === "progress" ? Number(text) : text;
}

export class TaskForm {
    /** @param {HTMLFormElement} root */
    constructor(root) {
        this.root = root;
        root.noValidate = true;
        root.hidden = true;
        /** What the server last said. @type {Task|null} */
        this.task = null;
        /** The version that the person's edits are made to. */
        this.seenVersion = 0;
        /** Fields that somebody else changed while the person was editing them. @type {Set<Field>} */
        this.overtaken = new Set();
        /** What each control shows when nothing is edited. @type {Record<string, string>} */
        this.base = {};
        this.progressBefore = "0";
        this.bar = new ProgressBar(one(root, ".slider"));
        fill(this.control("status"), statusOptions());
        fill(this.control("priority"), priorityOptions());
        root.addEventListener("input", (event) => this.agree(event.target));
        keepOneLine(this.control("title"));
        keepOneLine(this.control("labels"));
    }

    /** @param {string} name @returns {any} */
    control(name) {
        return this.root.elements.namedItem(name);
    }

    /** What a control shows, as a person reads it. @param {Field} field */
    readable(field) {
        return this.words(field, this.control(field).value);
    }

    /** What the server last said of a field, likewise. @param {Field} field */
    readableBase(field) {
        return this.words(field, this.base[field]);
    }

    /** @param {Field} field @param {string} text */
    words(field, text) {
        const control = this.control(field);
        if (control instanceof HTMLSelectElement)
            return [...control.options].find((option) => option.value === text)?.textContent || "";
        if (field === "due_on") return text && date(text);
        return field === "progress" ? say("page.percent", {number: text}) : text;
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
        this.draw();
    }

    /** What follows from the controls: the bar, and the due day in words. */
    draw() {
        this.bar.draw();
        const due = duePart({due_on: this.control("due_on").value, status: this.control("status").value});
        one(this.root, ".due-words").replaceChildren(...(due ? [due] : []));
    }

    /** Fields that differ from what the server last said. */
    changed() {
        return this.task ? FIELDS.filter((field) => this.control(field).value !== this.base[field]) : [];
    }

    /** What the controls of some fields show. @param {Field[]} fields */
    texts(fields) {
        /** @type {Record<string, string>} */
        const texts = {};
        for (const field of fields) texts[field] = this.control(field).value;
        return texts;
    }

    /**
     * Takes what the server said; fields that the person has edited keep what she typed. Where somebody else changed
     * one of those, her edits stay edits of the version before, so that the server tells of the conflict.
     *
     * @param {Task} task
     * @param {{sent?: Record<string, string>, isSettled?: boolean}} [about] texts that this state already holds; whether
     *     the person decides about what others changed
     */
    show(task, {sent = {}, isSettled = false} = {}) {
        const before = /** @type {Task} */ (this.task);
        const typed = this.texts(before
            ? FIELDS.filter((field) => this.control(field).value !== (sent[field] ?? this.base[field])) : []);
        for (const field of before ? FIELDS : []) {
            const now = textOf(task, field);
            if (isSettled || !(field in typed)) this.overtaken.delete(field);
            else if (now !== (sent[field] ?? textOf(before, field)) && now !== typed[field]) this.overtaken.add(field);
        }
        if (!this.overtaken.size) this.seenVersion = task.version;
        this.task = task;
        this.drawPeople(task);
        for (const field of FIELDS) {
            const control = this.control(field);
            const text = textOf(task, field);
            // What is being typed keeps its caret; the rest is read back as the browser shows it.
            if (!(field in typed) && control.value !== text) control.value = text;
            this.base[field] = field in typed ? text : control.value;
        }
        if (this.control("progress").value !== "100") this.progressBefore = this.control("progress").value;
        this.root.hidden = false;
        this.draw();
    }

    /** Puts texts from before into their controls. @param {Record<string, string>} texts */
    put(texts) {
        for (const field of FIELDS) if (field in texts) this.control(field).value = texts[field];
        this.draw();
    }

    /** Edits from before, made to a version that may be gone. @param {import("./drafts.js").Draft} draft */
    putDraft({texts, version}) {
        this.put(texts);
        if (!this.task || !version || version >= this.task.version) return;
        this.overtaken = new Set(this.changed());
        this.seenVersion = version;
    }

    /** Back to what the server last said. */
    reset() {
        this.put(this.base);
        this.overtaken.clear();
        this.seenVersion = this.task ? this.task.version : 0;
    }

    /** @param {Task} task */
    drawPeople({assignee}) {
        const people = [...known().people];
        if (assignee && !people.some((person) => person.id === assignee.id)) people.push(assignee);
        fill(this.control("assignee_id"), peopleOptions(people));
    }
}

/** Title and labels are one line, however many rows it takes to show it. @param {HTMLTextAreaElement} line */
function keepOneLine(line) {
    line.addEventListener("keydown", (event) => {
        if (event.key !== "Enter" || event.isComposing) return;
        event.preventDefault();
        if (!event.ctrlKey && !event.metaKey) line.form?.requestSubmit();
    });
    line.addEventListener("input", () => {
        if (line.value.includes("\n")) line.value = line.value.replace(/\s*\n\s*/g, " ");
    });
}
