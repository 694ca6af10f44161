/** Sentences in the person's language, from the same catalogue as the mails and the server's pages. */

/** @type {Record<string, string>} */
let sentences = {};
let code = document.documentElement.lang;

/** What scripts say, of each catalogue: the rest is left out when pages are built (scripts/pages).
 * @type {Record<string, () => Promise<{default: Record<string, string>}>>} */
const CATALOGUES = {en: () => import("../text/en.json"), ko: () => import("../text/ko.json")};

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
 * A sentence with its {values} put in.
 *
 * @param {string} key
 * @param {Record<string, string|number>} [values]
 */
export function say(key, values = {}) {
    return sentences[key].replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
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

/** A day as a date in words. @param {string} day */
export function date(day) {
    const [year, month, number] = day.split("-").map(Number);
    const key = day.slice(0, 4) === today().slice(0, 4) ? "page.date" : "page.date_year";
    return say(key, {year, month: say(`page.month.${month}`), day: number});
}
