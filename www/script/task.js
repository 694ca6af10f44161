/**
 * One task, open beside the list: fetched, drawn, kept up to date while others change it, and left without losing
 * anything. Its parts are the fields (task-form.js), their keeping (saving.js), what is not kept yet (drafts.js), the
 * comment, the mails and the history.
 */

import {ask, Problem} from "./api.js";
import {moveToBin} from "./bin.js";
import {CommentForm} from "./comment.js";
import {Description} from "./description.js";
import {hideDraftLine, showDraftLine} from "./draft-line.js";
import {DraftKeeper} from "./drafts.js";
import {HistoryView, loadHistory} from "./history.js";
import {News} from "./news.js";
import {notify} from "./notice.js";
import {copy, element, one, sentenceOf} from "./parts.js";
import {Saving} from "./saving.js";
import {changeTask, known} from "./store.js";
import {TaskForm} from "./task-form.js";
import {say, translate} from "./text.js";
import {timePart} from "./time-words.js";
import {WatchView} from "./watch.js";

/** @typedef {import("./api.js").Task} Task */

/** @param {string} href @param {string} key of its words */
function linkTo(href, key) {
    const link = /** @type {HTMLAnchorElement} */ (element("a", "", say(key)));
    link.href = href;
    return link;
}

export class TaskView {
    /** @param {number} id @param {{close: () => void, closeAddress: string, reload: () => void}} hooks */
    constructor(id, hooks) {
        this.id = id;
        this.hooks = hooks;
        /** @type {import("./api.js").Event[]} */
        this.events = [];
        /** Counts the questions asked, so that a late answer to an old one is not drawn. */
        this.turn = 0;
        this.isClosed = false;
        /** What the button beside the trouble does. @type {() => void} */
        this.again = () => {
            this.load();
        };

        this.root = copy(".task");
        translate(this.root);
        this.form = new TaskForm(/** @type {HTMLFormElement} */ (one(this.root, "form.edit")));
        this.description = new Description(this.form);
        this.saving = new Saving(this);
        this.draft = new DraftKeeper(`task/${id}`, () => {
            const fields = this.form.changed();
            return fields.length ? {version: this.form.seenVersion, texts: this.form.texts(fields)} : null;
        });
        this.comment = new CommentForm(id, /** @type {HTMLFormElement} */ (one(this.root, "form.comment")), () => this.loadEvents());
        this.watch = new WatchView(id, /** @type {HTMLFormElement} */ (one(this.root, "form.watch")), this);
        this.history = new HistoryView(one(this.root, ".history"));
        this.news = new News(one(this.root, "header"));
        this.listen();
        this.load();
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
        this.form.root.addEventListener("input", () => {
            this.draft.touch();
            if (this.form.changed().length) this.saving.sayKept("");
        });
    }

    async load() {
        const turn = ++this.turn;
        try {
            const [{body}, events] = await Promise.all([ask("GET", `/api/tasks/${this.id}`), loadHistory(this.id)]);
            // A save may have overtaken this question: its answer is the newer one.
            if (this.isClosed || turn !== this.turn) return;
            const {task} = this.form;
            this.drawEvents(events);
            this.watch.show(body);
            this.hideTrouble();
            // While the person chooses between two versions, a third one would only confuse; keeping finds it.
            if (!task || (body.version >= task.version && !this.saving.open.size)) this.show(body);
            if (!task) this.restoreDraft();
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
        this.news.show(events);
        this.history.show(events);
    }

    /** Takes what the server said. @param {Task} task @param {Parameters<TaskForm["show"]>[1]} [about] */
    show(task, about) {
        this.form.show(task, about);
        this.description.show(task);
        this.comment.show();
        one(this.root, ".about").replaceChildren(say("page.created_by", {id: String(task.id), name: task.creator.name}), " · ", timePart(task.created_at));
        const {user} = known();
        one(this.root, ".delete").hidden = task.creator.id !== user.id && user.role !== "admin";
        document.title = `${task.title} · ${say("page.name")}`;
        changeTask(task);
    }

    /** Brings the person to a field. @param {import("./task-form.js").Field} field */
    edit(field) {
        if (field === "description") this.description.edit();
        else this.form.control(field).focus();
    }

    async remove() {
        const {task} = this.form;
        if (!task) return;
        let undo;
        try {
            undo = await moveToBin(task.id);
        } catch (error) {
            this.showTrouble(error, () => this.remove());
            return;
        }
        this.form.task = null;
        this.draft.drop();
        this.saving.forget();
        this.hooks.close();
        notify(say("page.deleted", {title: task.title}), async () => {
            await undo();
            this.hooks.reload();
            return say("page.restored", {title: task.title});
        });
    }

    /** The person moves on: what is not kept yet is sent now. @param {boolean} [isLeaving] the page goes, too */
    leave(isLeaving = false) {
        this.isClosed = !isLeaving;
        if (!this.form.changed().length) return;
        this.draft.flush();
        if (!this.saving.open.size) this.saving.save(isLeaving);
    }

    /** Puts back what was typed before this page was here, as edits of the version that they were made to. */
    restoreDraft() {
        const draft = this.draft.find();
        if (!draft) return;
        const {form} = this;
        const put = (/** @type {import("./drafts.js").Draft} */ draft) => {
            form.putDraft(draft);
            this.description.draw();
            this.saving.sayKept(say("page.not_saved"));
        };
        put(draft);
        if (!form.changed().length) {
            this.saving.sayKept("");
            return this.draft.drop();
        }
        showDraftLine(form.root, draft.at, {
            keep: () => this.saving.save(),
            discard: () => {
                const dropped = {at: draft.at, version: form.seenVersion, texts: form.texts(form.changed())};
                form.reset();
                this.draft.drop();
                this.description.draw();
                this.saving.sayKept("");
                return () => {
                    put(dropped);
                    this.draft.flush();
                };
            },
        });
    }

    hideDraftLine() {
        hideDraftLine(this.form.root);
    }

    /** @param {unknown} error @param {() => void} again */
    showTrouble(error, again) {
        this.again = again;
        const isGone = error instanceof Problem && error.status === 404;
        const line = one(this.root, ".trouble");
        this.root.classList.toggle("is-gone", isGone && !this.form.task);
        one(line, "span").textContent = sentenceOf(error);
        one(line, "button").hidden = isGone;
        for (const link of line.querySelectorAll("a")) link.remove();
        // To ask again would not bring it back.
        if (isGone) line.append(linkTo("/tasks.html", "page.to_tasks"), linkTo("/tasks.html?bin=1", "page.bin"));
        line.hidden = false;
    }

    hideTrouble() {
        this.root.classList.remove("is-gone");
        one(this.root, ".trouble").hidden = true;
    }
}
