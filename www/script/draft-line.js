/** The line that says a text from before is here again, with the two ways on. */

import {hourOf} from "./mails.js";
import {notify} from "./notice.js";
import {element} from "./parts.js";
import {date, dayOf, say, today} from "./text.js";

/**
 * @param {HTMLElement} place
 * @param {number} at when it was typed
 * @param {{keep: () => void, discard: () => () => void}} ways what to do; discarding gives the way back
 */
export function showDraftLine(place, at, {keep, discard}) {
    const line = element("p", "draft");
    const buttons = element("span", "ways");
    buttons.append(
        button(say("page.draft_keep"), () => {
            line.remove();
            keep();
        }),
        button(say("page.draft_discard"), () => {
            line.remove();
            const bringBack = discard();
            notify(say("page.draft_discarded"), async () => {
                bringBack();
                return say("page.undone");
            });
        }),
    );
    line.append(element("span", "", say("page.draft", {time: timeWords(new Date(at))})), buttons);
    hideDraftLine(place);
    place.prepend(line);
}

/** @param {HTMLElement} place */
export function hideDraftLine(place) {
    place.querySelector(":scope > .draft")?.remove();
}

/** @param {string} text @param {() => void} act */
function button(text, act) {
    const made = /** @type {HTMLButtonElement} */ (element("button", "quiet", text));
    made.type = "button";
    made.addEventListener("click", act);
    return made;
}

/** The hour, and the day where it is not today. @param {Date} moment */
function timeWords(moment) {
    const time = hourOf(moment.toISOString());
    const day = dayOf(moment);
    return day === today() ? time : say("mail.when", {date: date(day), time});
}
