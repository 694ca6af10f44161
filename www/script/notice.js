/** The line at the bottom that says what was just done, and undoes it for ten seconds. */

import {element, one, sentenceOf} from "./parts.js";
import {say} from "./text.js";

const STAYS_MS = 10000;
let timer = 0;

/**
 * @param {string} sentence
 * @param {() => Promise<string>} [undo] resolves to the sentence that says it is undone
 * @param {{words: string, act: () => void}} [next] where to go on from here
 */
export function notify(sentence, undo, next) {
    const place = one(document, ".notice");
    const line = element("p");
    line.append(element("span", "", sentence));
    if (undo) line.append(undoButton(undo));
    if (next) line.append(nextButton(next));
    place.replaceChildren(line);
    clearTimeout(timer);
    timer = window.setTimeout(() => place.replaceChildren(), STAYS_MS);
}

/** True while the line is there. */
export function isNoticeShown() {
    return one(document, ".notice").childElementCount > 0;
}

/** @param {() => Promise<string>} undo */
function undoButton(undo) {
    const button = /** @type {HTMLButtonElement} */ (element("button", "", say("page.undo")));
    button.type = "button";
    button.addEventListener("click", async () => {
        button.disabled = true;
        try {
            notify(await undo());
        } catch (error) {
            notify(sentenceOf(error), undo);
        }
    });
    return button;
}

/** @param {{words: string, act: () => void}} next */
function nextButton({words, act}) {
    const button = /** @type {HTMLButtonElement} */ (element("button", "", words));
    button.type = "button";
    button.addEventListener("click", () => {
        one(document, ".notice").replaceChildren();
        act();
    });
    return button;
}
