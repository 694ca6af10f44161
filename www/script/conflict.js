/**
 * Two people changed the same field: shows beside it what the other wrote, and lets the person choose. What was
 * typed stays in the field until then.
 */

import {element, one} from "./parts.js";
import {say} from "./text.js";

/**
 * @param {HTMLElement} label the field's label
 * @param {{who: string|null, theirs: string, keep: () => void, take: () => void}} choice
 */
export function askToChoose(label, {who, theirs, keep, take}) {
    const box = element("div", "choice");
    box.setAttribute("role", "group");
    box.setAttribute("aria-label", one(label, "span").textContent || "");
    const ways = element("div", "ways");
    ways.append(
        wayOut(say("page.conflict_keep"), box, keep),
        wayOut(say("page.conflict_take"), box, take),
    );
    box.append(
        element("p", "who", who ? say("page.conflict_theirs", {name: who}) : say("page.conflict_others")),
        element("blockquote", "", theirs || say("page.empty_value")),
        ways,
    );
    label.after(box);
}

/** @param {string} text @param {HTMLElement} box @param {() => void} choose */
function wayOut(text, box, choose) {
    const button = /** @type {HTMLButtonElement} */ (element("button", "", text));
    button.type = "button";
    button.addEventListener("click", () => {
        box.remove();
        choose();
    });
    return button;
}

/** Who changed a field last, as the log tells. @param {import("./api.js").Event[]} events @param {string} field */
export function lastWriter(events, field) {
    const name = field === "assignee_id" ? "assignee" : field;
    const last = events.filter((event) => event.changes && name in event.changes).pop();
    return last && last.actor ? last.actor.name : null;
}
