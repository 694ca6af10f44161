/** The form of a comment: what is written in it survives until it is sent, and "@" offers people to name. */

import {ask, Waits} from "./api.js";
import {hideDraftLine, showDraftLine} from "./draft-line.js";
import {DraftKeeper} from "./drafts.js";
import {clearFaults, showFaults} from "./faults.js";
import {notify} from "./notice.js";
import {one, sentenceOf} from "./parts.js";
import {say} from "./text.js";

export class CommentForm {
    /** @param {number} id of the task @param {HTMLFormElement} root @param {() => Promise<void>} onAdded */
    constructor(id, root, onAdded) {
        this.id = id;
        this.root = root;
        this.onAdded = onAdded;
        this.isOffering = false;
        this.body = /** @type {HTMLTextAreaElement} */ (one(root, "textarea"));
        this.button = /** @type {HTMLButtonElement} */ (one(root, "button"));
        this.draft = new DraftKeeper(`comment/${id}`, () => (this.body.value ? {version: null, texts: {body: this.body.value}} : null));
        root.noValidate = true;
        root.hidden = true;
        root.addEventListener("submit", (event) => {
            event.preventDefault();
            this.add();
        });
        this.body.addEventListener("input", () => this.draft.touch());
        this.body.addEventListener("input", () => this.offerPeople());
    }

    /** The task is there: so is the form, with what was begun before. */
    show() {
        if (!this.root.hidden) return;
        this.root.hidden = false;
        const draft = this.draft.find();
        if (!draft || !draft.texts.body) return;
        this.body.value = draft.texts.body;
        showDraftLine(this.root, draft.at, {
            keep: () => this.body.focus(),
            discard: () => {
                const {value} = this.body;
                this.body.value = "";
                this.draft.drop();
                return () => {
                    this.body.value = value;
                    this.draft.flush();
                };
            },
        });
    }

    async add() {
        clearFaults(this.root);
        this.button.disabled = true;
        try {
            await ask("POST", `/api/tasks/${this.id}/comments`, {body: this.body.value});
            this.added();
            await this.onAdded();
        } catch (error) {
            if (error instanceof Waits) {
                this.added();
                return notify(sentenceOf(error));
            }
            this.draft.flush();
            showFaults(this.root, error, say("page.unreachable"));
        } finally {
            this.button.disabled = false;
        }
    }

    /** It is kept, by the server or to be sent to it. */
    added() {
        this.body.value = "";
        this.draft.drop();
        hideDraftLine(this.root);
    }

    /** With the first "@", what offers people is fetched. */
    async offerPeople() {
        if (this.isOffering || !this.body.value.includes("@")) return;
        this.isOffering = true;
        const {offerPeople} = await import("./suggest-people.js");
        offerPeople(this.body);
    }
}
