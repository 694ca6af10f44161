/** The small menu that says which columns the table has. */

import {CHOICES, COLUMNS, keepColumns, USUAL} from "./columns.js";
import {element} from "./parts.js";
import {change, known} from "./store.js";
import {say} from "./text.js";

/** Opens the menu under its button, or closes it. @param {HTMLElement} button */
export function toggleColumns(button) {
    const open = /** @type {HTMLElement|null} */ (button.parentElement?.querySelector(".menu-box"));
    if (open) return close(button, open);
    const box = element("div", "menu-box columns");
    box.setAttribute("role", "group");
    box.setAttribute("aria-label", say("page.columns"));
    draw(box);
    button.after(box);
    button.setAttribute("aria-expanded", "true");
    /** @type {HTMLElement} */ (box.querySelector("input")).focus();
    box.addEventListener("keydown", (event) => {
        if (event.key !== "Escape") return;
        event.stopPropagation();
        close(button, box);
        button.focus();
    });
    const outside = (/** @type {Event} */ event) => {
        const target = /** @type {Node} */ (event.target);
        if (box.isConnected && (box.contains(target) || button.contains(target))) return;
        document.removeEventListener("pointerdown", outside);
        if (box.isConnected) close(button, box);
    };
    document.addEventListener("pointerdown", outside);
}

/** @param {HTMLElement} button @param {HTMLElement} box */
function close(button, box) {
    box.remove();
    button.setAttribute("aria-expanded", "false");
}

/** @param {HTMLElement} box */
function draw(box) {
    const {columns} = known();
    const reset = /** @type {HTMLButtonElement} */ (element("button", "quiet", say("page.columns_usual")));
    reset.type = "button";
    reset.addEventListener("click", () => {
        wear(USUAL);
        draw(box);
        /** @type {HTMLElement} */ (box.querySelector("input")).focus();
    });
    box.replaceChildren(...CHOICES.map((name) => {
        const label = element("label");
        const input = /** @type {HTMLInputElement} */ (element("input"));
        input.type = "checkbox";
        input.checked = columns.includes(name);
        input.addEventListener("change", () => {
            const {columns: present} = known();
            wear(CHOICES.filter((other) => (other === name ? input.checked : present.includes(other))));
        });
        label.append(input, element("span", "", say(name === "labels" ? "page.field.labels" : COLUMNS[name].label)));
        return label;
    }), reset);
}

/** @param {string[]} columns */
function wear(columns) {
    keepColumns(columns);
    change({columns});
}
