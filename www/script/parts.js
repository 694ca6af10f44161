/** Small parts that several views draw: people, due days, options of a select. */

import {Waits} from "./api.js";
import {date, daysUntil, say} from "./text.js";

const STATUSES = ["todo", "doing", "done"];
const PRIORITIES = ["low", "normal", "high", "urgent"];
const COLOURS = 12;
const SOON_DAYS = 1;
const IN_WORDS_DAYS = 6;

/** @param {string} tag @param {string} [className] @param {string} [text] */
export function element(tag, className = "", text = "") {
    const made = document.createElement(tag);
    if (className) made.className = className;
    if (text) made.textContent = text;
    return made;
}

/** The one element a selector finds; it is the page's own, so it is there.
 * @template {Element} [T=HTMLElement]
 * @param {ParentNode} root @param {string} selector @returns {T} */
export function one(root, selector) {
    const found = root.querySelector(selector);
    if (!found) throw new Error(`no ${selector}`);
    return /** @type {any} */ (found);
}

/** A copy of a template's element, in the language spoken. @param {string} selector */
export function copy(selector) {
    const template = /** @type {HTMLTemplateElement} */ (one(document, `template${selector}`));
    return /** @type {HTMLElement} */ (/** @type {Element} */ (template.content.firstElementChild).cloneNode(true));
}

/** First and last initial; of a name in Hangul or Han, the given name's two. @param {string} name */
export function initials(name) {
    const words = name.split(" ").filter(Boolean);
    const first = [...(words[0] || "")];
    if (words.length === 1 && /^[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]/u.test(name)) return first.slice(-2).join("");
    const last = words.length > 1 ? [...words[words.length - 1]][0] : "";
    return (first[0] || "") + last;
}

/** @param {import("./api.js").Person} person */
export function chip(person) {
    const made = element("span", `chip hue-${(person.id * 5) % COLOURS}`, initials(person.name));
    made.setAttribute("aria-hidden", "true");
    return made;
}

/** Chip and name, or nobody. @param {import("./api.js").Person|null} person */
export function personPart(person) {
    if (!person) return element("span", "nobody name", say("page.nobody"));
    const made = element("span", "person");
    made.title = person.name;
    made.append(chip(person), element("span", "name", person.name));
    return made;
}

/** The due day in words; nothing where there is none. @param {Pick<import("./api.js").Task, "due_on"|"status">} task */
export function duePart(task) {
    if (!task.due_on) return null;
    const made = /** @type {HTMLTimeElement} */ (element("time"));
    const days = daysUntil(task.due_on);
    made.dateTime = task.due_on;
    made.title = date(task.due_on);
    made.textContent = task.status === "done" ? date(task.due_on) : dueWords(task.due_on, days);
    if (task.status !== "done" && days < 0) {
        made.className = "is-late";
        // For paper, where the day itself is told (style/print.css).
        made.dataset.late = say("page.filter.due_overdue");
    } else if (task.status !== "done" && days <= SOON_DAYS) made.className = "is-soon";
    return made;
}

/** @param {string} day @param {number} days */
function dueWords(day, days) {
    if (days === -1) return say("page.due.late_one");
    if (days < 0) return say("page.due.late", {count: -days});
    if (days === 0) return say("page.due.today");
    if (days === 1) return say("page.due.tomorrow");
    return days <= IN_WORDS_DAYS ? say("page.due.soon", {count: days}) : date(day);
}

/**
 * Fills a select anew and keeps what is chosen.
 *
 * @param {HTMLSelectElement} select
 * @param {[value: string, label: string][]} options
 */
export function fill(select, options) {
    const chosen = select.value;
    select.replaceChildren(...options.map(([value, label]) => new Option(label, value)));
    if (options.some(([value]) => value === chosen)) select.value = chosen;
}

/** @returns {[string, string][]} */
export function statusOptions() {
    return STATUSES.map((status) => [status, say(`page.status.${status}`)]);
}

/** @returns {[string, string][]} */
export function priorityOptions() {
    return PRIORITIES.map((priority) => [priority, say(`page.priority.${priority}`)]);
}

/** @param {import("./api.js").Person[]} people @returns {[string, string][]} */
export function peopleOptions(people) {
    return [["", say("page.nobody")], ...people.map((person) => /** @type {[string, string]} */ ([String(person.id), person.name]))];
}

/** Labels as typed, with commas, as a list. @param {string} text */
export function labelsOf(text) {
    return [...new Set(text.split(",").map((label) => label.trim()).filter(Boolean))];
}

/** A style that only part of the page needs, once it is there. @param {string} href @returns {Promise<unknown>} */
export function loadStyle(href) {
    const link = /** @type {HTMLLinkElement} */ (element("link"));
    link.rel = "stylesheet";
    link.href = href;
    return new Promise((done, failed) => {
        link.addEventListener("load", done);
        link.addEventListener("error", failed);
        document.head.append(link);
    });
}

/** Keys go into a field, and are no shortcuts. @param {EventTarget|null} target */
export function isTyping(target) {
    return target instanceof HTMLElement
        && target.matches("input:not([type=checkbox], [type=range], [type=radio]), textarea, select, [contenteditable]");
}

/** A digit on a slider: a number is being typed. @param {KeyboardEvent} event */
export function isTypedNumber({key, target, ctrlKey, metaKey, altKey}) {
    return /^\d$/.test(key) && !ctrlKey && !metaKey && !altKey && target instanceof HTMLInputElement && target.type === "range";
}

/** What went wrong, in one sentence. @param {unknown} error */
export function sentenceOf(error) {
    const body = /** @type {{body?: import("./api.js").ProblemBody}} */ (error).body;
    if (body) return body.detail || body.title || say("page.failed");
    if (error instanceof Waits) return say("page.waits");
    return say("page.unreachable");
}
