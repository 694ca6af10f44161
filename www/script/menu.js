/** Who is signed in: own name, language, the bin, and the way out. */

import {ask} from "./api.js";
import {clearFaults, showFaults} from "./faults.js";
import {notify} from "./notice.js";
import {chip, element, one} from "./parts.js";
import {change, known} from "./store.js";
import {say, speak} from "./text.js";

export function startMenu() {
    const menu = /** @type {HTMLDetailsElement} */ (one(document, ".menu"));
    const profile = /** @type {HTMLFormElement} */ (one(menu, ".profile"));
    const out = /** @type {HTMLFormElement} */ (one(menu, ".sign-out"));
    const name = /** @type {HTMLInputElement} */ (one(profile, "[name=name]"));
    const language = /** @type {HTMLSelectElement} */ (one(profile, "[name=language]"));
    profile.noValidate = true;

    menu.addEventListener("toggle", () => {
        if (!menu.open) return;
        clearFaults(profile);
        name.value = known().user.name;
        language.value = known().user.language;
    });
    menu.addEventListener("keydown", (event) => {
        if (event.key !== "Escape" || !menu.open) return;
        event.stopPropagation();
        menu.open = false;
        one(menu, "summary").focus();
    });
    document.addEventListener("pointerdown", (event) => {
        if (!menu.contains(/** @type {Node} */ (event.target))) menu.open = false;
    });

    profile.addEventListener("submit", async (event) => {
        event.preventDefault();
        clearFaults(profile);
        try {
            await ask("PATCH", "/api/users/me", {name: name.value, language: language.value});
            const user = {...known().user, name: name.value.trim(), language: language.value};
            await speak(user.language);
            const people = known().people.map((person) => (person.id === user.id ? {id: user.id, name: user.name} : person));
            change({user, people});
            menu.open = false;
            notify(say("page.settings_kept"));
        } catch (error) {
            showFaults(profile, error, say("page.unreachable"));
        }
    });

    out.addEventListener("submit", async (event) => {
        event.preventDefault();
        try {
            await ask("POST", "/api/logout", {});
            location.assign("/");
        } catch (error) {
            showFaults(out, error, say("page.unreachable"));
        }
    });
}

/** @param {Readonly<import("./store.js").State>} state */
export function drawMenu({user}) {
    const summary = one(document, ".menu > summary");
    if (summary.dataset.drawn === user.name) return;
    summary.dataset.drawn = user.name;
    summary.replaceChildren(chip(user), element("span", "name", user.name));
}
