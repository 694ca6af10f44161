/** The draft of a new task: what stands in its form and was not added yet. */

import {hideDraftLine, showDraftLine} from "./draft-line.js";
import {DraftKeeper, sweepDrafts} from "./drafts.js";
import {one} from "./parts.js";

/** Texts alone make a draft: a choice in a select is no loss. */
const TEXTS = ["title", "description", "labels", "due_on"];
const ALL = [...TEXTS, "assignee_id", "priority"];

/** Brings back what was typed before, and keeps what is typed from now on. @param {HTMLFormElement} form */
export function keepDraft(form) {
    sweepDrafts();
    const control = (/** @type {string} */ name) => /** @type {HTMLInputElement} */ (one(form, `[name=${name}]`));
    const read = () => Object.fromEntries(ALL.map((name) => [name, control(name).value]));
    /** @param {Record<string, string>} texts */
    const put = (texts) => {
        for (const name of ALL) if (name in texts) control(name).value = texts[name];
        form.dispatchEvent(new Event("draft"));
    };
    const isEmpty = () => TEXTS.every((name) => !control(name).value);
    const keeper = new DraftKeeper("new", () => (isEmpty() ? null : {version: null, texts: read()}));
    const draft = keeper.find();
    if (draft && isEmpty()) {
        const blank = read();
        put(draft.texts);
        showDraftLine(form, draft.at, {
            keep: () => control("title").focus(),
            discard: () => {
                const typed = read();
                put(blank);
                keeper.drop();
                return () => {
                    put(typed);
                    keeper.flush();
                };
            },
        });
    }
    form.addEventListener("input", () => keeper.touch());
    form.addEventListener("reset", () => hideDraftLine(form));
    if (!isEmpty()) keeper.touch();
    return keeper;
}
