/** The history of a task in sentences, grouped by day, the latest first. */

import {ask} from "./api.js";
import {hourOf, mailsPart} from "./mails.js";
import {element} from "./parts.js";
import {date, dayOf, daysUntil, say} from "./text.js";

/** @typedef {import("./api.js").Event} Event */

/** All events of a task, the oldest first. @param {number} id @returns {Promise<Event[]>} */
export async function loadHistory(id) {
    /** @type {Event[]} */
    let events = [];
    let after = null;
    do {
        const {body} = await ask("GET", `/api/tasks/${id}/log${after ? `?after=${after}` : ""}`);
        events = events.concat(body.events);
        after = body.next;
    } while (after);
    return events;
}

/** @param {HTMLElement} place @param {Event[]} events */
export function drawHistory(place, events) {
    /** @type {Map<string, Event[]>} */
    const days = new Map();
    for (const event of [...events].reverse()) {
        const day = dayOf(new Date(event.time));
        days.set(day, [...(days.get(day) || []), event]);
    }
    place.replaceChildren();
    for (const [day, ofDay] of days) {
        const list = element("ul");
        list.append(...ofDay.flatMap(lines));
        place.append(element("h3", "", dayWords(day)), list);
    }
}

/** @param {string} day */
function dayWords(day) {
    const days = daysUntil(day);
    if (days === 0) return say("page.due.today");
    return days === -1 ? say("page.due.yesterday") : date(day);
}

/** @param {Event} event */
function lines(event) {
    return sentences(event).map((sentence, place, all) => {
        const line = element("li");
        line.append(element("span", "", sentence));
        if (place === 0) line.append(timePart(event.time));
        if (event.comment) line.append(element("blockquote", "", event.comment));
        if (place === all.length - 1) line.append(...mailsPart(event));
        return line;
    });
}

/** @param {string} time */
function timePart(time) {
    const made = /** @type {HTMLTimeElement} */ (element("time"));
    made.dateTime = time;
    made.textContent = hourOf(time);
    return made;
}

/** @param {Event} event @returns {string[]} */
function sentences(event) {
    const who = event.actor ? event.actor.name : say("page.someone");
    if (event.type === "task.created" || event.type === "task.deleted" || event.type === "task.restored")
        return [say(`page.log.${event.type.slice("task.".length)}`, {who})];
    if (event.type === "task.commented") return [say("page.log.commented", {who})];
    return Object.entries(event.changes).map(([field, change]) => sentenceOfChange(who, field, change));
}

/** @param {string} who @param {string} field @param {import("./api.js").Change} change */
function sentenceOfChange(who, field, {from, to}) {
    switch (field) {
    case "status":
        return say("page.log.status", {who, from: say(`page.status.${from}`), to: say(`page.status.${to}`)});
    case "priority":
        return say("page.log.priority", {who, from: say(`page.priority.${from}`), to: say(`page.priority.${to}`)});
    case "assignee":
        if (!from) return say("page.log.assigned", {who, to: to.name});
        return to ? say("page.log.handed", {who, from: from.name, to: to.name})
            : say("page.log.released", {who, from: from.name});
    case "due_on":
        if (!from) return say("page.log.due_set", {who, to: date(to)});
        return to ? say("page.log.due_moved", {who, from: date(from), to: date(to)})
            : say("page.log.due_cleared", {who, from: date(from)});
    case "labels":
        if (!from.length) return say("page.log.labels_set", {who, to: to.join(", ")});
        return to.length ? say("page.log.labels", {who, from: from.join(", "), to: to.join(", ")})
            : say("page.log.labels_cleared", {who, from: from.join(", ")});
    case "description":
        return say("page.log.description", {who});
    default:
        return say(`page.log.${field}`, {who, from, to});
    }
}
