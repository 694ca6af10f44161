/**
 * What a word that begins with a sign may become: a list below the field while the word is written. Arrows choose, Enter
 * or Tab takes, Escape puts the list away; the focus stays in the field (the pattern "combobox" of ARIA).
 *
 * @typedef {{text: string, words: string, about?: string}} Offer put into the field; shown, with a remark
 */

import {element} from "./parts.js";
import {say} from "./text.js";

const MOST = 8;
let count = 0;

export class Suggestions {
    /**
     * @param {HTMLInputElement|HTMLTextAreaElement} field
     * @param {(sign: string, begun: string) => Offer[]} offer what fits what follows a sign; nothing if it is none
     */
    constructor(field, offer) {
        this.field = field;
        this.offer = offer;
        /** @type {Offer[]} */
        this.offers = [];
        this.chosen = 0;
        /** Where the word begins that is written. */
        this.from = 0;
        this.list = element("ul", "suggestions");
        this.list.id = `suggestions-${++count}`;
        this.list.hidden = true;
        this.list.setAttribute("role", "listbox");
        this.list.setAttribute("aria-label", say("page.suggestions"));
        (field.closest("label") || field).after(this.list);
        // A field of several lines stays a text box to screen readers; one of a single line is a combobox.
        if (field instanceof HTMLInputElement) field.setAttribute("role", "combobox");
        field.setAttribute("aria-autocomplete", "list");
        field.setAttribute("aria-controls", this.list.id);
        for (const moved of ["input", "click"]) field.addEventListener(moved, () => this.look());
        field.addEventListener("keydown", (event) => this.press(/** @type {KeyboardEvent} */ (event)));
        field.addEventListener("blur", () => this.show([]));
        // The field keeps the focus while the list is pressed.
        this.list.addEventListener("pointerdown", (event) => event.preventDefault());
        this.list.addEventListener("click", (event) => {
            const line = /** @type {HTMLElement} */ (event.target).closest("li");
            if (line) this.take([...this.list.children].indexOf(line));
        });
        this.show([]);
        this.look();
    }

    /** Looks at the word before the caret. */
    look() {
        const {selectionStart: caret, selectionEnd, value} = this.field;
        const word = caret !== null && caret === selectionEnd ? /(?:^|\s)([^\s\w])([^\s]*)$/u.exec(value.slice(0, caret)) : null;
        if (!word || document.activeElement !== this.field) return this.show([]);
        const [, sign, begun] = word;
        this.from = /** @type {number} */ (caret) - sign.length - begun.length;
        const offers = this.offer(sign, begun).slice(0, MOST);
        // What is written whole needs no offer.
        this.show(offers.length === 1 && offers[0].text === sign + begun ? [] : offers);
    }

    /** @param {Offer[]} offers */
    show(offers) {
        this.offers = offers;
        this.list.replaceChildren(...offers.map(({words, about}, place) => {
            const line = element("li", "", words);
            line.id = `${this.list.id}-${place}`;
            line.setAttribute("role", "option");
            if (about) line.append(" ", element("small", "", about));
            return line;
        }));
        this.list.hidden = !offers.length;
        this.list.style.insetBlockStart = `${this.field.offsetTop + this.field.offsetHeight + 4}px`;
        if (this.field instanceof HTMLInputElement) this.field.setAttribute("aria-expanded", String(offers.length > 0));
        this.choose(0);
    }

    /** @param {number} place */
    choose(place) {
        this.chosen = place;
        const lines = [...this.list.children];
        for (const [i, line] of lines.entries()) line.setAttribute("aria-selected", String(i === place));
        if (!lines.length) return this.field.removeAttribute("aria-activedescendant");
        this.field.setAttribute("aria-activedescendant", lines[place].id);
        lines[place].scrollIntoView({block: "nearest"});
    }

    /** @param {KeyboardEvent} event */
    press(event) {
        const {length} = this.offers;
        if (!length || event.isComposing || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
        if (event.key === "ArrowDown") this.choose((this.chosen + 1) % length);
        else if (event.key === "ArrowUp") this.choose((this.chosen + length - 1) % length);
        else if (event.key === "Enter" || event.key === "Tab") this.take(this.chosen);
        else if (event.key === "Escape") this.show([]);
        else return;
        event.preventDefault();
        event.stopImmediatePropagation();
    }

    /** @param {number} place */
    take(place) {
        const {text} = this.offers[place];
        const end = this.field.selectionStart || 0;
        const rest = this.field.value.slice(end);
        this.field.setRangeText(/^\s/u.test(rest) ? text : `${text} `, this.from, end, "end");
        this.show([]);
        this.field.dispatchEvent(new Event("input", {bubbles: true}));
    }
}
