/**
 * Keeps what is changed in place: it shows at once, is sent with the version it was seen at, and can be undone for as
 * long as the line at the bottom is there. Of one task one change is sent at a time; what comes meanwhile goes with the next.
 */

import {ask, Problem, Waits} from "./api.js";
import {isNoticeShown, notify} from "./notice.js";
import {sentenceOf} from "./parts.js";
import {changeTask, dropTask, known, page} from "./store.js";
import {say} from "./text.js";

/** @typedef {import("./api.js").Task} Task */
/** @typedef {Record<string, unknown>} Values as the API takes them */
/** @typedef {{kept: Task, values: Values, timer: number, isSending: boolean}} Waiting `kept`: as the server last said */

const ALMOST = 90;

/** @type {Map<number, Waiting>} */
const waiting = new Map();
/** The last changes and what they replaced. @type {{id: number, values: Values}|null} */
let undoable = null;

/** What goes with a change: done is 100, and 100 is done. @param {Task} task @param {Values} values @returns {Values} */
export function agreed(task, values) {
    if (values.status && values.status !== "done" && task.progress === 100)
        return {...values, progress: values.status === "todo" ? 0 : ALMOST};
    return values;
}

/** A task as it will be. @param {Task} task @param {Values} values @returns {Task} */
export function guess(task, values) {
    const {assignee_id: assigneeId, ...rest} = values;
    const made = {...task, ...rest};
    if (assigneeId !== undefined) made.assignee = known().people.find(({id}) => id === assigneeId) || null;
    if (values.status === "done") made.progress = 100;
    else if (values.progress === 100) made.status = "done";
    else if (values.progress !== undefined && made.status === "done") made.status = "doing";
    return made;
}

/** The values that a task has, of the fields that a change touches. @param {Task} task @param {Values} values @returns {Values} */
export function before(task, values) {
    /** @type {Values} */
    const old = {};
    for (const field of Object.keys(values))
        old[field] = field === "assignee_id" ? task.assignee?.id ?? null : /** @type {any} */ (task)[field];
    // They move together, and back together.
    if ("status" in values || "progress" in values) Object.assign(old, {status: task.status, progress: task.progress});
    return old;
}

/** Only what differs. @param {Task} task @param {Values} values @returns {Values} */
export function differing(task, values) {
    const old = before(task, values);
    return Object.fromEntries(Object.entries(values).filter(([field, value]) => JSON.stringify(value) !== JSON.stringify(old[field])));
}

/** Shows values of a task at once and has them kept. @param {number} id @param {Values} wanted
 * @param {number} [restMs] waits for more to come */
export function keep(id, wanted, restMs = 0) {
    const task = known().byId.get(id);
    if (!task) return;
    const values = agreed(task, wanted);
    const entry = waiting.get(id) || {kept: task, values: {}, timer: 0, isSending: false};
    waiting.set(id, entry);
    Object.assign(entry.values, values);
    changeTask(guess(task, values));
    clearTimeout(entry.timer);
    entry.timer = window.setTimeout(send, restMs, id);
}

/** @param {number} id @param {boolean} [isLeaving] */
async function send(id, isLeaving = false) {
    const entry = waiting.get(id);
    if (!entry || entry.isSending) return;
    const values = differing(entry.kept, entry.values);
    entry.values = {};
    if (Object.keys(values).length) {
        entry.isSending = true;
        try {
            const {body} = await ask("PATCH", `/api/tasks/${id}`, {...values, version: entry.kept.version}, {}, isLeaving);
            offerUndo(entry.kept, values);
            entry.kept = body;
        } catch (error) {
            failed(entry, values, error);
        }
        entry.isSending = false;
    }
    changeTask(guess(entry.kept, entry.values));
    if (Object.keys(entry.values).length) return send(id);
    waiting.delete(id);
    if (known().openId === id) page.news();
}

/** @param {Waiting} entry @param {Values} values that were sent @param {unknown} error */
function failed(entry, values, error) {
    const {title} = entry.kept;
    if (error instanceof Waits) {
        entry.kept = guess(entry.kept, values);
        notify(sentenceOf(error));
        return;
    }
    // What came meanwhile was meant for a task as it is not.
    entry.values = {};
    if (error instanceof Problem && error.status === 412 && error.body.current) {
        entry.kept = error.body.current;
        notify(say("page.row.conflict", {title}));
        page.open(entry.kept.id);
        return;
    }
    if (error instanceof Problem && error.status === 404) dropTask(entry.kept.id);
    const reason = error instanceof Problem ? error.body.errors?.[0]?.message : undefined;
    notify(`${say("page.row.not_kept", {title})} ${reason || sentenceOf(error)}`);
}

/** Says that values are kept, and gives the task those before them back when asked to. @param {Task} task as it was
 * @param {Values} values that it got */
export function offerUndo(task, values) {
    const old = before(task, values);
    // Steps in quick succession are undone as one.
    const isSameRow = undoable && undoable.id === task.id && isNoticeShown();
    undoable = {id: task.id, values: isSameRow ? {...old, ...undoable?.values} : old};
    const {id, values: all} = undoable;
    notify(say("page.saved"), async () => {
        undoable = null;
        changeTask(await putBack(id, all));
        if (known().openId === id) await page.news();
        return say("page.undone");
    });
}

/** A task is gone: there is nothing to undo in it. @param {number} id */
export function forgetUndo(id) {
    if (undoable?.id === id) undoable = null;
}

/** Gives a task earlier values again, whatever version it has by now. @param {number} id @param {Values} values
 * @returns {Promise<Task>} */
export async function putBack(id, values) {
    const {body: now} = await ask("GET", `/api/tasks/${id}`);
    return (await ask("PATCH", `/api/tasks/${id}`, {...values, version: now.version})).body;
}

addEventListener("pagehide", () => {
    for (const [id, entry] of waiting) {
        clearTimeout(entry.timer);
        send(id, true);
    }
});
