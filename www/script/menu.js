/** Who is signed in: the settings, the bin, and the way out. */

import {ask, Unreachable} from "./api.js";
import {clearFaults, showFaults} from "./faults.js";
import {chip, element, one} from "./parts.js";
import {known} from "./store.js";
import {say} from "./text.js";

export function startMenu() {
    const {user} = known();
    const menu = /** @type {HTMLDetailsElement} */ (one(document, ".menu"));
    const summary = one(menu, "summary");
    const out = /** @type {HTMLFormElement} */ (one(menu, "form"));
    summary.replaceChildren(chip(user), element("span", "name", user.name));
    for (const link of menu.querySelectorAll("a"))
        if (link.pathname === location.pathname && !link.search) link.setAttribute("aria-current", "page");

    menu.addEventListener("keydown", (event) => {
        if (event.key !== "Escape" || !menu.open) return;
        event.stopPropagation();
        menu.open = false;
        summary.focus();
    });
    document.addEventListener("pointerdown", (event) => {
        if (!menu.contains(/** @type {Node} */ (event.target))) menu.open = false;
    });

    out.addEventListener("submit", async (event) => {
        event.preventDefault();
        clearFaults(out);
        try {
            await ask("POST", "/api/logout", {});
            location.assign("/");
        } catch (error) {
            // Nothing of the team stays on the screen for who comes next, also where the server cannot be told.
            if (error instanceof Unreachable) {
                const rest = element("main", "question");
                rest.append(out);
                document.body.replaceChildren(rest);
            }
            showFaults(out, error, say("page.still_signed_in"));
        }
    });
}
