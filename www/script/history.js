/** The history of a task in sentences, grouped by day, the latest first. */

import {ask} from "./api.js";
import {mailsPart} from "./mails.js";
import {element, one} from "./parts.js";
import {rewritingPart} from "./rewriting.js";
import {nodesOf} from "./safe-html.js";
import {date, dayOf, daysUntil, say, today, wholeDate} from "./text.js";
import {timePart} from "./time-words.js";

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

/** Events that are one sentence, whatever they changed. */
const WHOLE = ["created", "deleted", "restored", "commented"];

/** From so many lines on it is worth asking for the comments alone. */
const LONG = 12;

export class HistoryView {
    /** @param {HTMLElement} root */
    constructor(root) {
        this.place = one(root, ".days");
        this.filter = /** @type {HTMLButtonElement} */ (one(root, ".only-comments"));
        /** @type {Event[]} */
        this.events = [];
        this.drawn = "";
        this.isFiltered = false;
        /** The address that was followed last: the person is brought there once. */
        this.followed = "";
        this.filter.addEventListener("click", () => {
            this.isFiltered = !this.isFiltered;
            this.draw();
        });
    }

    /** @param {Event[]} events all of the task, the oldest first */
    show(events) {
        this.events = events;
        this.draw();
    }

    draw() {
        const comments = this.events.filter((event) => event.comment);
        this.filter.hidden = !comments.length || this.events.length < LONG;
        this.filter.setAttribute("aria-pressed", String(this.isFiltered));
        const shown = this.isFiltered ? comments : this.events;
        // What somebody reads in is not drawn anew for nothing.
        const drawn = JSON.stringify([shown, today()]);
        if (drawn === this.drawn) return;
        this.drawn = drawn;
        const unfolded = new Set([...this.place.querySelectorAll("details")].filter((details) => details.open).map(nameOf));
        drawDays(this.place, shown);
        for (const details of this.place.querySelectorAll("details")) details.open = unfolded.has(nameOf(details));
        this.follow();
    }

    /** Brings the person to the comment that the address names, and marks it. */
    follow() {
        const {hash} = location;
        let found = null;
        for (const line of this.place.querySelectorAll("li[id]")) {
            line.classList.toggle("is-addressed", hash === `#${line.id}`);
            if (hash === `#${line.id}`) found = line;
        }
        if (!found || this.followed === hash) return;
        this.followed = hash;
        found.scrollIntoView({block: "center"});
        found.querySelector("a")?.focus({preventScroll: true});
    }
}

/** What is unfolded, of which event. @param {HTMLDetailsElement} details */
function nameOf(details) {
    return `${details.closest("li")?.dataset.id} ${details.className}`;
}

/** @param {HTMLElement} place @param {Event[]} events */
function drawDays(place, events) {
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
        const heading = element("h3");
        heading.append(dayPart(day));
        place.append(heading, list);
    }
}

/** On paper, which is read on another day, the title stands in place of the words. @param {string} day */
function dayPart(day) {
    const made = /** @type {HTMLTimeElement} */ (element("time", "", dayWords(day)));
    made.dateTime = day;
    made.title = wholeDate(day);
    return made;
}

/** @param {string} day */
function dayWords(day) {
    const days = daysUntil(day);
    if (days === 0) return say("page.due.today");
    return days === -1 ? say("page.due.yesterday") : date(day);
}

/** @param {Event} event */
function lines(event) {
    return sentencesOf(event).map((sentence, place, all) => {
        const line = element("li");
        line.dataset.id = String(event.id);
        line.append(element("span", "", sentence));
        if (place === 0) line.append(event.comment_id ? linkOf(event, line) : timePart(event.time, true));
        if (event.html) {
            const quote = element("blockquote", "rendered");
            quote.append(nodesOf(event.html));
            line.append(quote);
        }
        const [field, change] = changesOf(event)[place] || [];
        if (field === "description") line.append(rewritingPart(change));
        if (place === all.length - 1) line.append(...mailsPart(event));
        return line;
    });
}

/** The time of a comment is its address, too: who copies it points others at what was said.
 * @param {Event} event @param {HTMLElement} line */
function linkOf(event, line) {
    line.id = `comment-${event.comment_id}`;
    const link = /** @type {HTMLAnchorElement} */ (element("a"));
    link.href = `#${line.id}`;
    link.append(timePart(event.time, true));
    return link;
}

/** What happened, in sentences. @param {Event} event @returns {string[]} */
export function sentencesOf(event) {
    const who = event.actor ? event.actor.name : say("page.someone");
    const kind = event.type.slice("task.".length);
    if (WHOLE.includes(kind)) return [say(`page.log.${kind}`, {who})];
    return changesOf(event).map(([field, change]) => sentenceOfChange(who, field, change));
}

/** The changes that are told one by one. @param {Event} event */
function changesOf(event) {
    return WHOLE.includes(event.type.slice("task.".length)) ? [] : Object.entries(event.changes);
}

/** A name of several words stays on one line. @param {string} status */
function statusName(status) {
    return say(`page.status.${status}`).replaceAll(" ", "\u00a0");
}

/** @param {string} who @param {string} field @param {import("./api.js").Change} change */
function sentenceOfChange(who, field, {from, to}) {
    switch (field) {
    case "status":
        return say("page.log.status", {who, from: statusName(from), to: statusName(to)});
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
