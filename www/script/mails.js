/** Who was mailed about an event: a small envelope with names behind its sentence, and on demand how each person was
 * told or why not. lib/http/page_mails.c writes the same into the server's page. */

import {element} from "./parts.js";
import {dateAndHour, dayOf, hour, say} from "./text.js";

/** @typedef {import("./api.js").Event} Event */
/** @typedef {import("./api.js").Mail} Mail */

/** The envelope; nothing where nobody but the one who did it could have been told.
 * @param {Event} event @returns {HTMLElement[]} */
export function mailsPart({time, mails}) {
    if (!mails) return [element("p", "mails", say("page.mails.unplanned"))];
    // That nobody is told of her own change is as usual.
    if (mails.every((mail) => mail.skipped === "own")) return [];
    const part = element("details", "mails");
    const summary = element("summary");
    const names = mails.filter((mail) => !mail.skipped).map((mail) => shortWords(mail, time));
    summary.append(element("span", "unseen", `${say("page.mails")} `), names.join(", ") || say("page.mails.nobody"));
    const list = element("ul");
    list.append(...mails.map((mail) => element("li", "", sentenceOf(mail, time))));
    part.append(summary, list);
    return [part];
}

/** It goes as soon as the mailer comes to it: its hour is past, or it is on its way. @param {Mail} mail */
function isAtHand(mail) {
    return mail.state === "leased" || (mail.due_at !== null && Date.parse(mail.due_at) <= Date.now());
}

/** Of one person, behind the envelope. @param {Mail} mail @param {string} eventTime */
function shortWords(mail, eventTime) {
    const {name} = mail.person;
    if (mail.state === "sent") return name;
    if (isAtHand(mail)) return say("page.mails.soon", {name});
    if (mail.due_at) return say("page.mails.later", {name, time: timeWords(mail.due_at, eventTime)});
    return say("page.mails.lost", {name});
}

/** @param {Mail} mail @param {string} eventTime */
function sentenceOf(mail, eventTime) {
    const at = mail.at || mail.due_at;
    return say(`page.mails.${isAtHand(mail) ? "leased" : mail.state}`, {
        name: mail.person.name,
        time: at ? timeWords(at, eventTime) : "",
        why: say(mail.skipped ? `page.skipped.${mail.skipped}` : `page.reason.${mail.reason}`),
    });
}

/** A time of day, with the day where it is not the event's. @param {string} at @param {string} eventTime */
function timeWords(at, eventTime) {
    const day = dayOf(new Date(at));
    return day === dayOf(new Date(eventTime)) ? hour(at) : dateAndHour(at);
}
