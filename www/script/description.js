/** The description as one reads it; a click, Enter or the button beside it turns it into the text that one writes. */

import {one} from "./parts.js";
import {nodesOf} from "./safe-html.js";

export class Description {
    /** @param {import("./task-form.js").TaskForm} form */
    constructor(form) {
        this.form = form;
        const root = one(form.root, ".description");
        this.text = /** @type {HTMLTextAreaElement} */ (form.control("description"));
        this.rendered = one(root, ".rendered");
        this.button = /** @type {HTMLButtonElement} */ (one(root, ".write"));
        this.hint = one(root, ".hint");
        /** The text that the rendered one was made of; null: none was. @type {string|null} */
        this.source = null;
        this.button.addEventListener("click", () => this.edit());
        this.rendered.addEventListener("click", (event) => {
            const isLink = /** @type {HTMLElement} */ (event.target).closest("a");
            if (!isLink && getSelection()?.isCollapsed) this.edit();
        });
        this.text.addEventListener("blur", () => {
            // What is under a pressed pointer must not move away before it is let go.
            if (document.querySelector(":active")) addEventListener("pointerup", () => setTimeout(() => this.draw()), {once: true});
            else this.draw();
        });
        this.text.addEventListener("keydown", (event) => {
            if (event.key !== "Escape" || this.form.changed().includes("description") || !this.source) return;
            event.stopPropagation();
            this.text.blur();
            this.button.focus();
        });
    }

    /** @param {import("./api.js").Task} task a conflict tells of it without HTML: then the text is shown */
    show({description, description_html: html}) {
        if (html !== undefined && this.source !== description) {
            this.source = description;
            this.rendered.replaceChildren(nodesOf(html));
        }
        this.draw();
    }

    edit() {
        this.showText(true);
        this.text.focus();
    }

    /** The text is shown where it is written, empty, or not kept yet. */
    draw() {
        const {value} = this.text;
        const isKept = value === this.form.base.description && value === this.source;
        this.showText(!value || !isKept || document.activeElement === this.text);
    }

    /** @param {boolean} isText */
    showText(isText) {
        this.text.hidden = this.hint.hidden = !isText;
        this.rendered.hidden = this.button.hidden = isText;
    }
}
