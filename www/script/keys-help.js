/** The sheet that lists the shortcuts, and lets one turn single keys off. */

import {element} from "./parts.js";
import {hasSingleKeys, keepSingleKeys} from "./shortcut.js";
import {say} from "./text.js";

/** What each does, and the keys: several in a row, or one after the other. @returns {[string, string[], string?][]} */
function shortcuts() {
    return [
        [say("page.keys.search"), ["/"]],
        [say("page.keys.new"), ["c", "n"]],
        [say("page.keys.move"), ["j", "k", "↓", "↑"]],
        [say("page.keys.open"), ["Enter"]],
        [say("page.keys.close"), ["Esc"]],
        [say("page.keys.cells"), ["→", "←"]],
        [say("page.keys.progress"), ["e"]],
        [say("page.keys.choose"), ["x", "Shift+X"]],
        [say("page.keys.choose_all"), ["Ctrl+A"]],
        [say("page.keys.choose_none"), ["Esc"]],
        [say("page.keys.board"), ["b"]],
        [say("page.keys.card"), ["Space", "→", "←"]],
        [say("page.keys.overview"), ["g", "o"], say("page.keys.then")],
        [say("page.keys.help"), ["?"]],
    ];
}

export function showKeys() {
    // One that was closed just now is still there until its event comes.
    if (document.querySelector("dialog.keys[open]")) return;
    const dialog = /** @type {HTMLDialogElement} */ (element("dialog", "keys"));
    const title = element("h2", "", say("page.keys"));
    title.id = "keys-title";
    // The sheet opens at its start, also where it has to be scrolled.
    title.tabIndex = -1;
    title.autofocus = true;
    dialog.setAttribute("aria-labelledby", title.id);
    const list = element("dl");
    for (const [what, keys, between] of shortcuts()) {
        const line = element("div");
        const caps = element("dd");
        keys.forEach((key, place) => {
            if (place) caps.append(between ? ` ${between} ` : " ");
            caps.append(element("kbd", "", key));
        });
        line.append(element("dt", "", what), caps);
        list.append(line);
    }
    dialog.append(title, list, ...singleParts(), closePart());
    dialog.addEventListener("close", () => dialog.remove());
    // A press beside the sheet is on the dialog itself.
    dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
    document.body.append(dialog);
    dialog.showModal();
}

function singleParts() {
    const label = element("label", "single");
    const box = /** @type {HTMLInputElement} */ (element("input"));
    const about = element("small", "", say("page.keys.single_about"));
    box.type = "checkbox";
    box.checked = hasSingleKeys();
    about.id = "single-about";
    box.setAttribute("aria-describedby", about.id);
    box.addEventListener("change", () => keepSingleKeys(box.checked));
    label.append(box, element("span", "", say("page.keys.single")));
    return [label, about];
}

function closePart() {
    const form = /** @type {HTMLFormElement} */ (element("form"));
    form.method = "dialog";
    const button = element("button", "primary", say("page.close"));
    form.append(button);
    return form;
}
