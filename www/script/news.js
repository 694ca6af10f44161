/** What others have just done to the open task, said quietly for a while where the task's number stands. */

import {sentencesOf} from "./history.js";
import {element, one} from "./parts.js";
import {known} from "./store.js";
import {say} from "./text.js";

const STAYS_MS = 20000;
/** Pieces of news at once; where there is less room one has both lines for itself. */
const MOST = 2;
const isNarrow = matchMedia("(max-width: 700px)");

export class News {
    /** @param {HTMLElement} root of the line that the news stand in for */
    constructor(root) {
        this.about = one(root, ".about");
        this.place = one(root, ".news");
        /** The newest event that was there when somebody looked; null: nobody has yet. @type {number|null} */
        this.lastId = null;
        this.timer = 0;
    }

    /** @param {import("./api.js").Event[]} events all of the task, the oldest first */
    show(events) {
        const last = events.length ? events[events.length - 1].id : 0;
        const seen = this.lastId ?? last;
        this.lastId = Math.max(seen, last);
        const fresh = events.filter((event) => event.id > seen && event.actor?.id !== known().user.id).flatMap(sentencesOf);
        if (!fresh.length) return;
        const shown = isNarrow.matches || fresh.length > MOST ? 1 : MOST;
        const lines = fresh.slice(0, shown).map((sentence) => element("span", "", sentence));
        if (fresh.length > shown) lines.push(element("span", "", say("page.news_more", {count: fresh.length - shown})));
        this.place.replaceChildren(...lines);
        this.about.hidden = true;
        clearTimeout(this.timer);
        this.timer = window.setTimeout(() => {
            this.place.replaceChildren();
            this.about.hidden = false;
        }, STAYS_MS);
    }
}
