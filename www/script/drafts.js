/**
 * What is typed and not kept by the server yet, in the browser's own store, so that it outlives a reload, the end of a
 * session and a crash. A draft belongs to one person: whoever else signs in here never sees it, and ends it.
 *
 * @typedef {{at: number, version: number|null, texts: Record<string, string>}} Draft written at `at`; `version` is that
 *     of the task which the texts were typed into
 */

import {known} from "./store.js";
import {recall, remember, remembered} from "./device.js";

const PREFIX = "draft/";
const REST_MS = 300;
const MOST = 50;
const MOST_DAYS = 30;
const DAY_MS = 86400000;
/** Of one draft: the longest description fits, and fifty of them fit into the five million that browsers grant. */
const MOST_CHARACTERS = 80 * 1024;

/** Typed, but not written yet. @type {Set<DraftKeeper>} */
const waiting = new Set();
/** Could not be written. @type {Set<DraftKeeper>} */
const refused = new Set();

/** The key of a draft of the person. @param {string} name */
function keyOf(name) {
    return `${PREFIX}${known().user.id}/${name}`;
}

/** @param {string} key @returns {Draft|null} */
function read(key) {
    const draft = recall(key);
    return draft && typeof draft.at === "number" && draft.texts ? draft : null;
}

/** Ends the drafts of other people, and of the person those that are too old or too many, the oldest first. */
export function sweepDrafts() {
    const own = [];
    for (const key of remembered(PREFIX)) {
        const draft = read(key);
        const isOwn = key.startsWith(keyOf(""));
        if (isOwn && draft && Date.now() - draft.at < MOST_DAYS * DAY_MS) own.push({key, at: draft.at});
        else remember(key, null);
    }
    own.sort((a, b) => b.at - a.at);
    for (const {key} of own.slice(MOST)) remember(key, null);
}

/** One thing that is being typed: keeps it shortly after each key, until it is dropped. */
export class DraftKeeper {
    /**
     * @param {string} name of what is typed, the person's own: "task/7"
     * @param {() => Omit<Draft, "at">|null} collect what is typed now; null: nothing that is not kept elsewhere
     */
    constructor(name, collect) {
        this.name = name;
        this.collect = collect;
        this.timer = 0;
    }

    /** What was typed before this page was here. */
    find() {
        return read(keyOf(this.name));
    }

    /** Something was typed. */
    touch() {
        clearTimeout(this.timer);
        waiting.add(this);
        this.timer = window.setTimeout(() => this.flush(), REST_MS);
    }

    /** Writes what is typed now. */
    flush() {
        clearTimeout(this.timer);
        waiting.delete(this);
        const typed = this.collect();
        if (!typed) return this.drop();
        if (write(keyOf(this.name), {at: Date.now(), ...typed})) refused.delete(this);
        else refused.add(this);
    }

    /** It is kept elsewhere, or not wanted. */
    drop() {
        clearTimeout(this.timer);
        waiting.delete(this);
        refused.delete(this);
        remember(keyOf(this.name), null);
    }
}

/** Keeps as a draft what was typed elsewhere; one that is there already is the newer one.
 * @param {string} name @param {Omit<Draft, "at">} draft */
export function addDraft(name, draft) {
    const key = keyOf(name);
    return Boolean(read(key)) || write(key, {at: Date.now(), ...draft});
}

/** @param {string} key @param {Draft} draft */
function write(key, draft) {
    if (JSON.stringify(draft).length > MOST_CHARACTERS) return false;
    const isNew = !recall(key);
    if (!remember(key, draft)) return false;
    if (isNew) sweepDrafts();
    return true;
}

function flushAll() {
    for (const keeper of [...waiting]) keeper.flush();
}

addEventListener("pagehide", flushAll);
document.addEventListener("visibilitychange", flushAll);
// The last resort: the browser asks whether to leave.
addEventListener("beforeunload", (event) => {
    flushAll();
    if (refused.size) event.preventDefault();
});
