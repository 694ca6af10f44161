/** The signs of the line for a new task: what each may become while it is written, and what the server understood. */

import {date, dayOf, say, written} from "./text.js";
import {duePart} from "./parts.js";
import {known} from "./store.js";
import {peopleLike} from "./suggest-people.js";
import {Suggestions} from "./suggest.js";

/** @typedef {import("./suggest.js").Offer} Offer */

/** @type {Record<string, (begun: string) => Offer[]>} */
const SIGNS = {"@": people, "!": priorities, "^": days, "#": labels};

/** @param {HTMLInputElement} line @param {() => boolean} isAsked the signs count now */
export function offerSigns(line, isAsked) {
    new Suggestions(line, (sign, begun) => (isAsked() && sign in SIGNS ? SIGNS[sign](begun) : []));
}

/** @param {string} begun */
function people(begun) {
    return peopleLike(begun).map(({name}) => ({text: `@${name.replaceAll(" ", "")}`, words: name}));
}

/** @param {string} begun */
function priorities(begun) {
    return ["low", "normal", "high", "urgent"]
        .map((priority) => ({priority, words: say(`page.priority.${priority}`)}))
        .filter(({priority, words}) => begins(priority, begun) || begins(words, begun))
        .map(({words}) => ({text: `!${words.toLocaleLowerCase()}`, words}));
}

/** Today and the week that comes, each day by its name. @param {string} begun */
function days(begun) {
    const now = new Date();
    return Array.from({length: 8}, (_, ahead) => {
        const moment = new Date(now.getFullYear(), now.getMonth(), now.getDate() + ahead);
        const words = ahead === 0 ? say("page.due.today") : ahead === 1 ? say("page.due.tomorrow")
            : written(moment, {weekday: "long"});
        return {text: `^${words.toLocaleLowerCase()}`, words, about: date(dayOf(moment))};
    }).filter(({words}) => begins(words, begun));
}

/** Labels of the tasks shown, those most in use first. @param {string} begun */
function labels(begun) {
    /** @type {Map<string, number>} */
    const uses = new Map();
    for (const label of (known().tasks || []).flatMap((task) => task.labels))
        if (!/\s/u.test(label)) uses.set(label, (uses.get(label) || 0) + 1);
    return [...uses].filter(([label]) => begins(label, begun)).sort((a, b) => b[1] - a[1])
        .map(([label]) => ({text: `#${label}`, words: label}));
}

/** @param {string} words @param {string} begun */
function begins(words, begun) {
    return words.toLocaleLowerCase().startsWith(begun.toLocaleLowerCase());
}

/** A new task in one line. @param {import("./api.js").Task} task */
export function understood(task) {
    return [
        `“${task.title}”`,
        task.assignee?.name,
        task.priority === "normal" ? "" : say(`page.priority.${task.priority}`),
        duePart(task)?.textContent,
        ...task.labels.map((label) => `#${label}`),
    ].filter(Boolean).join(" · ");
}
