/** What is said while the server cannot be reached, and of changes that wait or were not taken. */

import {element, one} from "./parts.js";
import {hourOf} from "./mails.js";
import {date, dayOf, say} from "./text.js";
import {discard, taskOf, waiting} from "./waiting.js";

/** @typedef {import("./waiting.js").Waiting} Waiting */

/**
 * @param {string|null} kept when what is shown was got, where it is not of now
 * @param {boolean} isOffline
 * @param {(id: number) => void} open shows a task
 */
export function drawOffline(kept, isOffline, open) {
    const place = one(document, ".offline");
    const list = waiting();
    place.hidden = !isOffline && !list.length;
    const lines = [];
    if (isOffline)
        lines.push(element("p", "", kept ? say("page.offline", {day: date(dayOf(new Date(kept))), time: hourOf(kept)}) : say("page.offline_plain")));
    if (list.length) {
        const part = element("details");
        const words = list.length === 1 ? say("page.waiting_one") : say("page.waiting", {count: list.length});
        const rows = element("ul");
        rows.append(...list.map((one) => row(one, open)));
        part.append(element("summary", "", words), rows);
        // What needs the person is not behind a click.
        /** @type {HTMLDetailsElement} */ (part).open = list.some((one) => one.fault) || Boolean(place.querySelector("details[open]"));
        lines.push(part);
    }
    place.replaceChildren(...lines);
}

/** @param {Waiting} one @param {(id: number) => void} open */
function row(one, open) {
    const made = element("li");
    const id = taskOf(one);
    const kind = !id ? "page.waiting.task" : one.method === "PATCH" ? "page.waiting.edit" : "page.waiting.comment";
    made.append(element("span", "", say(kind, {id: id || ""})), " ", element("q", "", textOf(one)));
    if (one.fault) made.append(element("p", "fault", say("page.waiting.refused", {reason: one.fault})));
    if (id) made.append(button("page.waiting.open", () => open(id)));
    made.append(button("page.waiting.discard", () => discard(one.id)));
    return made;
}

/** What was typed. @param {Waiting} one */
function textOf(one) {
    const {version: _, ...fields} = one.body;
    return Object.values(fields).filter((value) => value !== null && value !== "").map(String).join(", ");
}

/** @param {string} words @param {() => void} action */
function button(words, action) {
    const made = /** @type {HTMLButtonElement} */ (element("button", "quiet", say(words)));
    made.type = "button";
    made.addEventListener("click", action);
    return made;
}
