/** Sentences in the person's language, from the same catalogue as the mails and the server's pages. */

/** @type {Record<string, string>} */
let sentences = {};
let code = document.documentElement.lang;

/** What scripts say, of each catalogue: the rest is left out when pages are built (scripts/pages).
 * @type {Record<string, () => Promise<{default: Record<string, string>}>>} */
const CATALOGUES = {en: () => import("../text/en.json"), ko: () => import("../text/ko.json")};

/** What Intl knows the languages as: as in mails, the day stands before the month.
 * @type {Record<string, string>} */
const LOCALES = {en: "en-GB", ko: "ko-KR"};

/** Fetches the catalogue of a language; the page speaks it from then on. @param {string} language */
export async function speak(language) {
    sentences = (await CATALOGUES[language]()).default;
    code = language;
    if (document.documentElement.lang !== language) {
        document.documentElement.lang = language;
        translate(document);
    }
}

/** The code of the language spoken. */
export function language() {
    return code;
}

/**
 * A sentence with its {values} put in; numbers as the language writes them, so that what only looks like one is a text.
 *
 * @param {string} key
 * @param {Record<string, string|number>} [values]
 */
export function say(key, values = {}) {
    return sentences[key].replace(/\{(\w+)\}/g, (whole, name) => {
        const value = values[name] ?? whole;
        return typeof value === "number" ? number(value) : value;
    });
}

/** Puts the sentences into elements that name them. @param {ParentNode} root */
export function translate(root) {
    for (const element of root.querySelectorAll("[data-text]"))
        element.textContent = say(element.getAttribute("data-text") || "");
    for (const element of root.querySelectorAll("[data-label]"))
        element.setAttribute("aria-label", say(element.getAttribute("data-label") || ""));
    for (const element of root.querySelectorAll("[data-title]"))
        element.setAttribute("title", say(element.getAttribute("data-title") || ""));
    for (const element of root.querySelectorAll("[data-hint]"))
        element.setAttribute("placeholder", say(element.getAttribute("data-hint") || ""));
}

const DAY_MS = 86400000;

/** Today where the person is, as YYYY-MM-DD. */
export function today() {
    return dayOf(new Date());
}

/** The day of a moment where the person is. @param {Date} moment */
export function dayOf(moment) {
    const two = (/** @type {number} */ number) => String(number).padStart(2, "0");
    return `${moment.getFullYear()}-${two(moment.getMonth() + 1)}-${two(moment.getDate())}`;
}

/** Days from today to a day; negative in the past. @param {string} day */
export function daysUntil(day) {
    return Math.round((Date.parse(day) - Date.parse(today())) / DAY_MS);
}

/** @type {Map<string, Intl.DateTimeFormat>} */
const formats = new Map();

/** Parts of a moment, as the language writes them. @param {Date} moment @param {Intl.DateTimeFormatOptions} parts */
export function written(moment, parts) {
    // To make a format takes longer than to use it a hundred times.
    const key = JSON.stringify([code, parts]);
    const format = formats.get(key) || new Intl.DateTimeFormat(LOCALES[code], parts);
    formats.set(key, format);
    return format.format(moment);
}

/** The parts of a day; those of this year are told without it. @param {string} day @returns {Intl.DateTimeFormatOptions} */
function partsOf(day) {
    return {day: "numeric", month: "short", year: day.slice(0, 4) === today().slice(0, 4) ? undefined : "numeric"};
}

const HOUR = /** @type {const} */ ({hour: "2-digit", minute: "2-digit", hourCycle: "h23"});

/** A day as a date in words. @param {string} day */
export function date(day) {
    return written(new Date(day), {...partsOf(day), timeZone: "UTC"});
}

/** The same with its year, whenever it is read. @param {string} day */
export function wholeDate(day) {
    return written(new Date(day), {...partsOf(day), year: "numeric", timeZone: "UTC"});
}

/** The hour of a moment. @param {string} time */
export function hour(time) {
    return written(new Date(time), HOUR);
}

/** Date and hour of a moment. @param {string} time */
export function dateAndHour(time) {
    const moment = new Date(time);
    return written(moment, {...partsOf(dayOf(moment)), ...HOUR});
}

/** A number as the language writes it. @param {number} value */
export function number(value) {
    return value.toLocaleString(LOCALES[code]);
}
