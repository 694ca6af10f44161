/** What the person wants of one task's mails: two buttons that stay pressed. A press shows at once and is kept at once. */

import {ask} from "./api.js";
import {one} from "./parts.js";
import {known} from "./store.js";
import {say} from "./text.js";

/** @typedef {import("./api.js").Watch} Watch */
/** @typedef {Watch["watch"]} State */

export class WatchView {
    /**
     * @param {number} id of the task
     * @param {HTMLFormElement} form
     * @param {{showTrouble: (error: unknown, again: () => void) => void, hideTrouble: () => void}} place says what went wrong
     */
    constructor(id, form, place) {
        this.path = `/api/tasks/${id}/watch`;
        this.form = form;
        this.place = place;
        /** What the server last said. @type {Watch} */
        this.kept = {watch: null, watchers: []};
        /** What was pressed last. @type {State} */
        this.wanted = null;
        this.isSaving = false;
        form.addEventListener("submit", (event) => {
            event.preventDefault();
            const button = /** @type {HTMLButtonElement|null} */ (event.submitter);
            const state = /** @type {"watch"|"mute"|undefined} */ (button?.value);
            if (state) this.set(state === this.wanted ? null : state);
        });
    }

    /** Takes what the server said, unless a press waits for its own answer. @param {Watch} watch */
    show(watch) {
        if (this.isSaving) return;
        this.kept = {watch: watch.watch, watchers: watch.watchers};
        this.wanted = watch.watch;
        this.draw();
    }

    /** @param {State} state */
    async set(state) {
        this.wanted = state;
        this.draw();
        if (this.isSaving) return;
        this.isSaving = true;
        let answer = this.kept;
        try {
            // One at a time, so that the last of several quick presses is the one that stays.
            let sent;
            do {
                sent = this.wanted;
                answer = (await (sent ? ask("PUT", this.path, {state: sent}) : ask("DELETE", this.path))).body;
            } while (sent !== this.wanted);
            this.place.hideTrouble();
        } catch (error) {
            const wanted = this.wanted;
            this.place.showTrouble(error, () => this.set(wanted));
        }
        this.isSaving = false;
        this.show(answer);
    }

    draw() {
        const {user} = known();
        const others = this.kept.watchers.filter((person) => person.id !== user.id);
        const isIn = this.kept.watchers.length > others.length;
        // She stands where the server has her; until it has, last.
        const watchers = this.wanted !== "watch" ? others : isIn ? this.kept.watchers : [...others, user];
        for (const button of this.form.querySelectorAll("button"))
            button.setAttribute("aria-pressed", String(button.value === this.wanted));
        const line = one(this.form, "p");
        line.textContent = say("page.watchers", {names: watchers.map((person) => person.name).join(", ")});
        line.hidden = !watchers.length;
        this.form.hidden = false;
    }
}
