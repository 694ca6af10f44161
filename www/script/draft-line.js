/** The line that says a text from before is here again, with the two ways on. */

import {notify} from "./notice.js";
import {element} from "./parts.js";
import {say} from "./text.js";
import {hourWords} from "./time-words.js";

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
    line.append(element("span", "", say("page.draft", {time: hourWords(new Date(at).toISOString())})), buttons);
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
