/**
 * Two people changed the same field: shows both versions side by side, what differs marked, and lets the person keep
 * hers, take the other, or go on from both together. What was typed stays in the field until then.
 */

import {element, labelsOf} from "./parts.js";
import {say} from "./text.js";
import {hourWords} from "./time-words.js";
import {difference, union} from "./word-diff.js";

/** @typedef {import("./task-form.js").Field} Field */

/** Texts whose differing words are worth marking, and which can be put together. */
const TEXTS = ["title", "description", "labels"];

/**
 * @param {import("./task-form.js").TaskForm} form shows what the person typed, and knows what the other did
 * @param {Field} field
 * @param {import("./api.js").Event[]} events of the task
 * @param {(text: string, isFinal: boolean) => void} decide takes the text of the field; not final: it will be edited
 */
export function askToChoose(form, field, events, decide) {
    const control = form.control(field);
    const mine = form.readable(field);
    const theirs = form.readableBase(field);
    const box = element("div", "choice");
    box.setAttribute("role", "group");
    box.setAttribute("aria-label", say(`page.field.${field.replace("_id", "")}`));
    const [left, right] = sides(mine, theirs, TEXTS.includes(field));
    const pair = element("div", "sides");
    pair.append(side(say("page.conflict_yours"), null, left), side(...lastWriter(events, field), right));
    const ways = element("div", "ways");
    /** @param {string} text @param {() => [string, boolean]} choose */
    const way = (text, choose) => {
        const button = /** @type {HTMLButtonElement} */ (element("button", "", text));
        button.type = "button";
        button.addEventListener("click", () => {
            box.remove();
            decide(...choose());
        });
        ways.append(button);
    };
    way(say("page.conflict_keep"), () => [control.value, true]);
    way(say("page.conflict_take"), () => [form.base[field], true]);
    if (TEXTS.includes(field)) way(say("page.conflict_both"), () => [together(field, control.value, form.base[field]), false]);
    box.append(element("p", "fault", say("page.conflict")), pair, ways);
    control.closest(".edit > *").after(box);
}

/** @param {Field} field @param {string} mine @param {string} theirs */
function together(field, mine, theirs) {
    return field === "labels" ? labelsOf(`${theirs}, ${mine}`).join(", ") : union(theirs, mine);
}

/** @param {string} title @param {string|null} time @param {Node[]} words */
function side(title, time, words) {
    const part = element("div", "side");
    const who = element("p", "who", title);
    if (time) {
        const when = /** @type {HTMLTimeElement} */ (element("time", "", hourWords(time)));
        when.dateTime = time;
        who.append(", ", when);
    }
    const quote = element("blockquote");
    quote.append(...words);
    part.append(who, quote);
    return part;
}

/** Both texts as they are read, what only one has marked. @param {string} mine @param {string} theirs @param {boolean} isText
 * @returns {[Node[], Node[]]} */
function sides(mine, theirs, isText) {
    const pieces = isText ? difference(mine, theirs) : [];
    /** @param {string} text @param {"inOne"|"inOther"} which */
    const words = (text, which) => {
        if (!text) return [new Text(say("page.empty_value"))];
        if (!isText) return [new Text(text)];
        return pieces.filter((piece) => piece[which]).map((piece) =>
            piece.inOne && piece.inOther ? new Text(piece.text) : element("mark", "", piece.text));
    };
    return [words(mine, "inOne"), words(theirs, "inOther")];
}

/** Who changed a field last, as the log tells, and when. @param {import("./api.js").Event[]} events @param {Field} field
 * @returns {[string, string|null]} */
function lastWriter(events, field) {
    const last = events.filter((event) => event.changes && field.replace("_id", "") in event.changes).pop();
    if (!last) return [say("page.conflict_others"), null];
    return [say("page.conflict_theirs", {name: last.actor ? last.actor.name : say("page.someone")}), last.time];
}
