/** Moments in words, as "5 minutes ago", with the date and hour on hover and to screen readers. */

import {element} from "./parts.js";
import {dateAndHour, dayOf, hour, language, today} from "./text.js";

/** From each size on a moment is told in its unit. @type {[number, Intl.RelativeTimeFormatUnit][]} */
const UNITS = [[31536000, "year"], [2592000, "month"], [86400, "day"], [3600, "hour"], [60, "minute"]];
const REDRAW_MS = 60000;

/** How long ago a moment is. @param {string} time */
function agoWords(time) {
    const format = new Intl.RelativeTimeFormat(language(), {numeric: "auto"});
    // A clock that is ahead of the server's makes nothing come from the future.
    const seconds = Math.max(0, (Date.now() - Date.parse(time)) / 1000);
    const [size, unit] = UNITS.find(([size]) => seconds >= size) || [1, "second"];
    return format.format(unit === "second" ? 0 : -Math.floor(seconds / size), unit);
}

/** The hour of a moment, and its day where that is not today. @param {string} time */
export function hourWords(time) {
    return dayOf(new Date(time)) === today() ? hour(time) : dateAndHour(time);
}

/** A moment as it stands in a line. @param {string} time @param {boolean} [hasDay] the day stands above already: of
 *     moments before today the hour is enough */
export function timePart(time, hasDay = false) {
    const made = /** @type {HTMLTimeElement} */ (element("time"));
    made.dateTime = time;
    made.title = dateAndHour(time);
    made.append(element("span"), element("span", "unseen", `, ${made.title}`));
    made.dataset.hasDay = hasDay ? "yes" : "";
    drawTime(made);
    return made;
}

/** @param {HTMLTimeElement} part */
function drawTime(part) {
    const time = part.dateTime;
    const isHour = part.dataset.hasDay && dayOf(new Date(time)) !== today();
    /** @type {Element} */ (part.firstElementChild).textContent = isHour ? hour(time) : agoWords(time);
}

setInterval(() => {
    for (const part of document.querySelectorAll("time[data-has-day]")) drawTime(/** @type {HTMLTimeElement} */ (part));
}, REDRAW_MS);
