/**
 * Changes of tasks that could not be sent: kept on this device for the person who made them, shown as if they were
 * made, and sent in their order once the server can be reached. What the server will not take then stays here with
 * its reason until the person decides: nothing that was typed is lost.
 */

import {ask, Problem, request} from "./api.js";
import {addDraft} from "./drafts.js";
import {before, differing, guess} from "./keep.js";
import {notify} from "./notice.js";
import {sentenceOf} from "./parts.js";
import {changeTask, known, page} from "./store.js";
import {recall, remember} from "./device.js";
import {say} from "./text.js";

/** @typedef {import("./api.js").Task} Task */
/** @typedef {{id: string, method: string, path: string, body: Record<string, any>, at: string, fault: string|null}} Waiting */

const MOST = 200;
const CAN_WAIT = /^(POST \/api\/tasks|POST \/api\/tasks\/\d+\/comments|PATCH \/api\/tasks\/\d+)$/;

/** @type {() => void} */
let changed = () => {};

/** @param {() => void} onChange what waits is another now */
export function startWaiting(onChange) {
    changed = onChange;
    addEventListener("storage", (event) => event.key === key() && changed());
}

/** Where the person's changes are. */
function key() {
    return `waiting/${known().user.id}`;
}

/** What waits, the earliest first. @returns {Waiting[]} */
export function waiting() {
    return recall(key()) || [];
}

/** False where there is no room. @param {Waiting[]} list */
function keep(list) {
    const isKept = remember(key(), list.length ? list : null);
    if (isKept) changed();
    return isKept;
}

/**
 * Takes a request that got no answer. False where it cannot wait: it is none of those that can, or there is no room.
 *
 * @param {string} method @param {string} path @param {object|undefined} body
 */
export function letWait(method, path, body) {
    if (!body || !CAN_WAIT.test(`${method} ${path}`)) return false;
    const list = waiting();
    // Edits of one task are one edit of the version that the first of them saw.
    const same = method === "PATCH" ? list.find((old) => old.path === path && !old.fault) : undefined;
    if (same) same.body = {...same.body, ...body, version: same.body.version};
    else list.push({id: crypto.randomUUID(), method, path, body: {...body}, at: new Date().toISOString(), fault: null});
    return list.length <= MOST && keep(list);
}

/** @param {string} id */
export function discard(id) {
    keep(waiting().filter((one) => one.id !== id));
}

/** Shows tasks as they will be once what waits is sent. */
export function drawWaiting() {
    for (const {method, path, body, fault} of waiting()) {
        const task = known().byId.get(Number(path.match(/\d+$/)?.[0]));
        const {version, ...values} = body;
        if (task && method === "PATCH" && !fault && task.version === version && Object.keys(differing(task, values)).length)
            changeTask(guess(task, values));
    }
}

/** The number of the task that a request is about. @param {Waiting} one */
export function taskOf(one) {
    return Number(one.path.match(/\d+/)?.[0]) || null;
}

/**
 * Sends what waits, one after the other; of several windows, one does. Resolves to how many were taken.
 */
export function sendWaiting() {
    if (!waiting().some((one) => !one.fault)) return Promise.resolve(0);
    return navigator.locks.request("waiting", async () => {
        let taken = 0;
        for (;;) {
            const next = waiting().find((one) => !one.fault);
            if (!next) return taken;
            try {
                if (!(await wasTaken(next))) await request(next.method, next.path, next.body);
                taken++;
                discard(next.id);
            } catch (error) {
                if (!(error instanceof Problem) || !isFinal(error)) return taken;
                refuse(next, error);
            }
        }
    });
}

/** Another try would be refused as well. @param {Problem} error */
function isFinal(error) {
    return error.status >= 400 && error.status < 500 && error.status !== 401 && error.status !== 429;
}

/** @param {Waiting} one @param {Problem} error */
function refuse(one, error) {
    const {current} = error.body;
    if (error.status !== 412 || !current)
        return void keep(waiting().map((old) => (old.id === one.id ? {...old, fault: sentenceOf(error)} : old)));
    const {version, ...values} = one.body;
    // Ours, perhaps: the request came through, and only its answer was lost.
    const isSame = Object.entries(values).every(([field, value]) =>
        JSON.stringify(before(current, {[field]: value})[field]) === JSON.stringify(value));
    // The person decides where she decides of all such: at the task, with hers as a draft.
    const texts = Object.fromEntries(Object.entries(values).map(([field, value]) => [field, typedAs(value)]));
    if (!isSame && !addDraft(`task/${current.id}`, {version, texts})) return;
    discard(one.id);
    if (!isSame) meetConflict(current);
}

/** As the form of a task holds it. @param {unknown} value */
function typedAs(value) {
    return Array.isArray(value) ? value.join(", ") : String(value ?? "");
}

/** @param {Task} current */
function meetConflict(current) {
    if (known().openId === current.id) return page.save();
    notify(say("page.row.conflict", {title: current.title}));
    page.open(current.id);
}

/**
 * A request whose answer was lost may have been taken. To make a task or a comment twice would be worse than to ask.
 *
 * @param {Waiting} one
 */
async function wasTaken(one) {
    if (one.method !== "POST") return false;
    const since = Date.parse(one.at) - 60000;
    if (one.path === "/api/tasks") {
        const {body} = await ask("GET", `/api/tasks?creator=${known().user.id}&sort=created&order=desc&limit=50`);
        return body.tasks.some((/** @type {Task} */ task) =>
            (task.title === one.body.title || one.body.line?.includes(task.title)) && Date.parse(task.created_at) > since);
    }
    const {body} = await ask("GET", `/api/tasks/${taskOf(one)}/log`);
    return body.events.some((/** @type {import("./api.js").Event} */ event) =>
        event.comment === one.body.body && Date.parse(event.time) > since);
}
