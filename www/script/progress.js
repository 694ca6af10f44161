/**
 * Progress as a bar: dragging and clicking moves it in tens, arrow keys step by ten, digits type it to the percent, and
 * the number beside it can be typed over.
 */

import {one} from "./parts.js";
import {say} from "./text.js";

const STEP = 10;
/** Digits that follow each other within this time are one number. */
const TYPING_MS = 1000;

/** @type {Record<string, 1|-1>} */
const WAYS = {ArrowRight: 1, ArrowUp: 1, PageUp: 1, ArrowLeft: -1, ArrowDown: -1, PageDown: -1};

export class ProgressBar {
    /** @param {HTMLElement} root holds the slider and the number */
    constructor(root) {
        this.slider = /** @type {HTMLInputElement} */ (one(root, "[type=range]"));
        this.number = /** @type {HTMLInputElement} */ (one(root, "[type=number]"));
        this.digits = "";
        this.typedAt = 0;
        this.slider.addEventListener("keydown", (event) => this.press(event));
        let isDragged = false;
        this.slider.addEventListener("pointerdown", () => (isDragged = true));
        for (const end of ["pointerup", "pointercancel"]) this.slider.addEventListener(end, () => (isDragged = false));
        this.slider.addEventListener("input", () => {
            if (isDragged) this.slider.value = String(Math.round(Number(this.slider.value) / STEP) * STEP);
        });
        this.number.addEventListener("input", () => {
            if (this.number.value !== "" && this.number.validity.valid) this.set(Number(this.number.value), false);
        });
        this.number.addEventListener("change", () => {
            if (this.number.value !== "") this.set(Number(this.number.value), true);
            this.draw();
        });
    }

    /** @param {KeyboardEvent} event */
    press(event) {
        if (event.ctrlKey || event.metaKey || event.altKey) return;
        const now = Number(this.slider.value);
        const way = WAYS[event.key];
        if (way) {
            event.preventDefault();
            this.set(way > 0 ? Math.floor(now / STEP + 1) * STEP : Math.ceil(now / STEP - 1) * STEP, true);
        } else if (/^\d$/.test(event.key)) {
            event.preventDefault();
            this.digits = event.timeStamp - this.typedAt < TYPING_MS ? `${this.digits}${event.key}`.slice(-3) : event.key;
            this.typedAt = event.timeStamp;
            this.set(Number(this.digits), true);
        }
    }

    /** As if the person had moved the slider. @param {number} percent @param {boolean} isFinal */
    set(percent, isFinal) {
        this.slider.value = String(percent); // the browser bounds it
        this.slider.dispatchEvent(new Event("input", {bubbles: true}));
        if (isFinal) this.slider.dispatchEvent(new Event("change", {bubbles: true}));
    }

    draw() {
        const {value} = this.slider;
        this.slider.setAttribute("aria-valuetext", say("page.percent", {number: value}));
        this.slider.style.setProperty("--filled", `${value}%`);
        if (document.activeElement !== this.number) this.number.value = value;
    }
}
