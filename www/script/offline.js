/**
 * Without a connection: a worker (www/sw.js) shows what was here last, changes wait (waiting.js), and the page says both
 * plainly. What waits is sent as soon as the server answers again.
 */

import {whenUnreachable} from "./api.js";
import {notify} from "./notice.js";
import {element, one} from "./parts.js";
import {known, page, watch} from "./store.js";
import {date, dayOf, hour, say} from "./text.js";
import {discard, drawWaiting, letWait, sendWaiting, startWaiting, taskOf, waiting} from "./waiting.js";

/** @typedef {import("./waiting.js").Waiting} Waiting */

/** What somebody wrote speaks for itself. */
const OWN_WORDS = ["line", "title", "body"];

export function startOffline() {
    // Only where the page came by https, or from this machine, is there such a thing.
    navigator.serviceWorker?.register("/sw.js").catch(() => {});
    whenUnreachable(letWait);
    startWaiting(() => {
        drawWaiting();
        draw();
    });
    page.reached = send;
    /** @type {readonly import("./api.js").Task[]|null} */
    let tasks = null;
    watch((state) => {
        if (state.tasks !== tasks) drawWaiting();
        tasks = known().tasks;
        draw();
    });
    if (!known().kept && !known().trouble) send();
}

async function send() {
    const taken = await sendWaiting();
    if (!taken) return;
    notify(taken === 1 ? say("page.waiting.sent_one") : say("page.waiting.sent", {count: taken}));
    page.reload();
    page.news();
}

function draw() {
    const place = one(document, ".offline");
    const {kept} = known();
    const list = waiting();
    const drawn = JSON.stringify([kept, list, list.map(titleOf), known().user.language]);
    if (place.dataset.drawn === drawn) return;
    place.dataset.drawn = drawn;
    place.hidden = !kept && !list.length;
    const lines = [];
    if (kept) lines.push(element("p", "", say("page.offline", {day: date(dayOf(new Date(kept))), time: hour(kept)})));
    if (list.length) {
        const part = /** @type {HTMLDetailsElement} */ (element("details"));
        const words = list.length === 1 ? say("page.waiting_one") : say("page.waiting", {count: list.length});
        const rows = element("ul");
        rows.append(...list.map(row));
        part.append(element("summary", "", words), rows);
        // What needs the person is not behind a click.
        part.open = list.some(({fault}) => fault) || Boolean(place.querySelector("details[open]"));
        lines.push(part);
    }
    place.replaceChildren(...lines);
}

/** @param {Waiting} one */
function row(one) {
    const made = element("li");
    const id = taskOf(one);
    const isEdit = one.method === "PATCH";
    const kind = say(!id ? "page.waiting.task" : isEdit ? "page.waiting.edit" : "page.waiting.comment", {id: String(id || "")});
    const title = titleOf(one);
    const words = element("span", "", `${title ? `${kind}: ${title}` : kind} · `);
    words.append(element(isEdit ? "span" : "q", "", textOf(one)));
    made.append(words);
    if (one.fault) made.append(element("p", "fault", say("page.waiting.refused", {reason: one.fault})));
    if (id) made.append(button("page.waiting.open", () => page.open(id)));
    made.append(button("page.waiting.discard", () => discard(one.id)));
    return made;
}

/** Of the task that is meant, where it is known. @param {Waiting} one */
function titleOf(one) {
    return known().byId.get(taskOf(one) || 0)?.title;
}

/** What was typed, in the words of the page; what was emptied is told of edits only. @param {Waiting} one */
function textOf({method, body}) {
    const isEdit = method === "PATCH";
    const {version: _, ...fields} = body;
    return Object.entries(fields).filter(([, value]) => isEdit || (value !== null && String(value) !== ""))
        .map(([field, value]) => (!isEdit && OWN_WORDS.includes(field) ? value
            : `${say(`page.field.${field === "assignee_id" ? "assignee" : field}`)}: ${wordsOf(field, value)}`)).join(", ");
}

/** @param {string} field @param {any} value */
function wordsOf(field, value) {
    switch (field) {
    case "status":
        return say(`page.status.${value}`);
    case "priority":
        return say(`page.priority.${value}`);
    case "progress":
        return say("page.percent", {number: value});
    case "assignee_id":
        return value ? known().people.find(({id}) => id === value)?.name || `#${value}` : say("page.nobody");
    case "due_on":
        return value ? date(value) : "–";
    case "labels":
        return value.join(", ") || "–";
    default:
        return value || "–";
    }
}

/** @param {string} words @param {() => void} action */
function button(words, action) {
    const made = /** @type {HTMLButtonElement} */ (element("button", "quiet", say(words)));
    made.type = "button";
    made.addEventListener("click", action);
    return made;
}
