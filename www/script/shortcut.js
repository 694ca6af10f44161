/** Which key is a shortcut; what each does comes with the first one that is pressed (keys.js). */

import {isTyping} from "./parts.js";

const SINGLE = ["/", "?", "c", "n", "j", "k", "x", "X", "e", "b", "g", "o"];
const KEPT = "single_keys";

/** People may turn single keys off (WCAG 2.1.4). */
export function hasSingleKeys() {
    try {
        return localStorage.getItem(KEPT) !== "off";
    } catch {
        return true;
    }
}

/** @param {boolean} isOn */
export function keepSingleKeys(isOn) {
    try {
        localStorage.setItem(KEPT, isOn ? "on" : "off");
    } catch {
        // Then there is no way to remember it.
    }
}

/** The shortcut that a key press is, if it is one. @param {KeyboardEvent} event */
function shortcutOf(event) {
    const {key, code, target, shiftKey} = event;
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing || isTyping(target)) return null;
    if (/** @type {HTMLElement} */ (target).closest?.("dialog[open]")) return null;
    if (key === "ArrowDown" || key === "ArrowUp")
        return /** @type {HTMLElement} */ (target).matches?.(".tasks tbody a") ? (key === "ArrowDown" ? "j" : "k") : null;
    // With a Korean keyboard the same key says a Korean letter.
    const isKorean = /^[\u3131-\u3163]$|^Process$/u.test(key) && code.startsWith("Key");
    const letter = !isKorean ? key : shiftKey ? code.slice(3) : code.slice(3).toLowerCase();
    return SINGLE.includes(letter) && hasSingleKeys() ? letter : null;
}

export function startShortcuts() {
    // One promise for all: two presses in quick succession keep their order, though the first one has to wait.
    /** @type {Promise<typeof import("./keys.js")>|null} */
    let keys = null;
    document.addEventListener("keydown", async (event) => {
        const shortcut = shortcutOf(event);
        if (!shortcut) return;
        event.preventDefault();
        keys = keys || import("./keys.js");
        try {
            (await keys).press(shortcut);
        } catch {
            // It did not come; the next press asks for it anew.
            keys = null;
        }
    });
}
