/**
 * Keeps the edits of a task: only the fields that differ from what the server last said are sent, with the version they
 * were made to. What could not be kept stays in the form and in a draft; what two people changed, the person decides.
 */

import {ask, Problem, request, Waits} from "./api.js";
import {clearFaults, sayOfForm, showFaults} from "./faults.js";
import {forgetUndo, offerUndo} from "./keep.js";
import {notify} from "./notice.js";
import {one, sentenceOf} from "./parts.js";
import {valueOf} from "./task-form.js";
import {say} from "./text.js";

/** @typedef {import("./task-form.js").Field} Field */
/** @typedef {import("./api.js").Task} Task */

const REST_MS = 500;

export class Saving {
    /** @param {import("./task.js").TaskView} view */
    constructor(view) {
        this.view = view;
        this.isSaving = false;
        this.isAskedAgain = false;
        this.timer = 0;
        /** Fields whose conflict waits for the person. @type {Set<Field>} */
        this.open = new Set();
        const {root} = view.form;
        root.addEventListener("change", () => this.soon());
        root.addEventListener("submit", (event) => {
            event.preventDefault();
            this.save();
        });
    }

    /** Once the edits rest. */
    soon() {
        clearTimeout(this.timer);
        this.timer = window.setTimeout(() => this.open.size || this.save(), REST_MS);
    }

    /** Sends what was edited. @param {boolean} [isLeaving] */
    async save(isLeaving = false) {
        clearTimeout(this.timer);
        const {view} = this;
        const {form} = view;
        if (this.open.size) return one(form.root, ".choice button").focus();
        const before = form.task;
        const fields = form.changed();
        if (!before || !fields.length) {
            // The choice may have been to take theirs: then there is nothing left to send.
            if (before) this.settled();
            return view.load();
        }
        if (this.isSaving) {
            this.isAskedAgain = true;
            return;
        }
        this.isSaving = true;
        this.isAskedAgain = false;
        const sent = form.texts(fields);
        const values = Object.fromEntries(fields.map((field) => [field, valueOf(field, sent[field])]));
        this.sayKept(say("page.saving"));
        try {
            // Of who leaves it is a draft already, and she decides when she is back.
            const send = isLeaving ? request : ask;
            const {body} = await send("PATCH", `/api/tasks/${view.id}`, {...values, version: form.seenVersion}, {}, isLeaving);
            view.hideTrouble();
            view.show(body, {sent});
            this.settled();
            offerUndo(before, values);
            if (!view.isClosed) await view.loadEvents();
        } catch (error) {
            await this.failed(error);
        } finally {
            this.isSaving = false;
            if (this.isAskedAgain && form.changed().length) this.save();
        }
    }

    /** All is kept, but for what was typed meanwhile. */
    settled() {
        clearFaults(this.view.form.root);
        this.view.draft.flush();
        this.view.hideDraftLine();
        this.sayKept(say("page.saved"));
    }

    /** @param {unknown} error */
    async failed(error) {
        const {view} = this;
        view.draft.flush();
        if (view.isClosed) {
            notify(`${say("page.not_saved")} ${sentenceOf(error)}`);
            return;
        }
        if (error instanceof Waits) return this.sayKept(sentenceOf(error));
        this.sayKept(say("page.not_saved"));
        if (error instanceof Problem && error.status === 412 && error.body.current)
            await this.choose(error.body.current, error.body.fields || []);
        else if (error instanceof Problem && error.body.errors)
            showFaults(view.form.root, error, say("page.unreachable"));
        else view.showTrouble(error, () => this.save());
    }

    /**
     * Somebody else changed the same fields. The other fields take the present state; for these, the person decides.
     *
     * @param {Task} current
     * @param {string[]} names
     */
    async choose(current, names) {
        const {view} = this;
        const {form} = view;
        const [{askToChoose}] = await Promise.all([import("./conflict.js"), view.loadEvents().catch(() => {
            // The log only tells whose the other text is; the choice can be made without.
        })]);
        view.show(current, {isSettled: true});
        // What both changed to the same is settled.
        const disputed = form.changed().filter((field) => names.includes(field) || names.includes(field.replace("_id", "")));
        if (!disputed.length) return this.save();
        this.open = new Set(disputed);
        for (const box of form.root.querySelectorAll(".choice")) box.remove();
        for (const field of disputed) {
            askToChoose(form, field, view.events, (text, isFinal) => {
                this.open.delete(field);
                form.put({[field]: text});
                form.agree(form.control(field));
                view.description.draw();
                if (!this.open.size) clearFaults(form.root);
                if (!isFinal) view.edit(field);
                else if (!this.open.size) this.save();
            });
        }
        sayOfForm(form.root, say("page.conflict"));
        form.root.querySelector(".choice")?.scrollIntoView({block: "nearest"});
    }

    /** The task is gone: there is nothing to undo in it. */
    forget() {
        clearTimeout(this.timer);
        forgetUndo(this.view.id);
    }

    /** @param {string} sentence */
    sayKept(sentence) {
        one(this.view.form.root, ".kept").textContent = sentence;
    }
}
