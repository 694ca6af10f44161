/** Saved views: filters and layout under a name, as chips above the list. */

import {ask} from "./api.js";
import {addressOf} from "./filters.js";
import {notify} from "./notice.js";
import {element, one, sentenceOf} from "./parts.js";
import {known, page, watch} from "./store.js";
import {language, say} from "./text.js";

/** @typedef {{id: number, name: string, query: string}} View */

const MOST_NAME = 50;

/** @type {View[]} */
let views = [];
/** What was drawn last: the same is left alone, with what is being typed. */
let drawn = "";

/** Fetches the views of who is signed in and keeps their chips. */
export async function startViews() {
    views = (await ask("GET", "/api/views")).body.views;
    saveButton().addEventListener("click", askForName);
    watch(drawViews);
}

/** The same query is the same view, in whatever order. @param {string} query */
function inOrder(query) {
    const asked = new URLSearchParams(query);
    asked.sort();
    return asked.toString();
}

/** What the page shows now, as a view keeps it. */
function presentQuery() {
    return addressOf(known().filters, false, null).split("?")[1] || "";
}

function redraw() {
    drawn = "";
    drawViews(known());
}

/** @param {Readonly<import("./store.js").State>} state */
function drawViews({inBin}) {
    const place = one(document, ".views");
    const present = inOrder(presentQuery());
    const wanted = JSON.stringify([views, present, inBin, language()]);
    if (wanted === drawn) return;
    drawn = wanted;
    const isKept = views.some(({query}) => inOrder(query) === present);
    place.hidden = inBin || !views.length;
    place.replaceChildren(...views.map((view) => chipOf(view, inOrder(view.query) === present)));
    saveButton().hidden = inBin || isKept || !present;
}

/** @param {View} view @param {boolean} isPresent */
function chipOf(view, isPresent) {
    const made = element("span", "view");
    const link = /** @type {HTMLAnchorElement} */ (element("a", "", view.name));
    link.href = `/tasks.html?${view.query}`;
    link.addEventListener("click", (event) => {
        if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
        event.preventDefault();
        page.follow(link.href);
    });
    made.append(link);
    if (!isPresent) return made;
    // Only the view that one looks at can be forgotten, so that none is by a slip.
    link.setAttribute("aria-current", "page");
    const remove = button("×", "forget", () => forget(view));
    remove.setAttribute("aria-label", say("page.view.delete", {name: view.name}));
    made.append(remove);
    return made;
}

/** @param {string} text @param {string} name @param {() => void} act */
function button(text, name, act) {
    const made = /** @type {HTMLButtonElement} */ (element("button", `quiet ${name}`, text));
    made.type = "button";
    made.addEventListener("click", act);
    return made;
}

/** It stands at the end of the filters, where its place is kept: nothing moves when it comes. */
function saveButton() {
    return one(document, ".filters .save");
}

function askForName() {
    const place = one(document, ".views");
    const form = nameForm();
    place.append(form);
    place.hidden = false;
    saveButton().hidden = true;
    one(form, "input").focus();
}

function nameForm() {
    const form = /** @type {HTMLFormElement} */ (element("form", "naming"));
    const name = /** @type {HTMLInputElement} */ (element("input"));
    const fault = element("span", "fault");
    const save = /** @type {HTMLButtonElement} */ (element("button", "", say("page.save")));
    Object.assign(name, {name: "name", required: true, maxLength: MOST_NAME, autocomplete: "off", placeholder: say("page.view.name")});
    name.setAttribute("aria-label", say("page.view.name"));
    fault.setAttribute("role", "alert");
    fault.hidden = true;
    form.append(name, save, button(say("page.cancel"), "cancel", cancel), fault);
    form.addEventListener("keydown", (event) => {
        if (event.key !== "Escape") return;
        event.stopPropagation();
        cancel();
    });
    form.addEventListener("submit", async (event) => {
        event.preventDefault();
        save.disabled = true;
        try {
            await keepView(name.value.trim(), presentQuery());
            notify(say("page.view.saved", {name: name.value.trim()}));
            document.querySelector(/** @type {"a"} */ (".views [aria-current]"))?.focus();
        } catch (error) {
            fault.textContent = faultOf(error);
            fault.hidden = false;
            save.disabled = false;
        }
    });
    return form;
}

function cancel() {
    redraw();
    saveButton().focus();
}

/** @param {unknown} error */
function faultOf(error) {
    const body = /** @type {{body?: import("./api.js").ProblemBody}} */ (error).body;
    return body?.errors?.[0]?.message || sentenceOf(error);
}

/** A view of the same name takes this query. @param {string} name @param {string} query */
async function keepView(name, query) {
    const {body} = await ask("POST", "/api/views", {name, query});
    views = [...views.filter((view) => view.id !== body.id), body].sort((a, b) => a.name.localeCompare(b.name, language()));
    redraw();
}

/** @param {View} view */
async function forget(view) {
    try {
        await ask("DELETE", `/api/views/${view.id}`);
    } catch (error) {
        return notify(sentenceOf(error));
    }
    views = views.filter(({id}) => id !== view.id);
    redraw();
    /** @type {HTMLElement|null} */ (document.querySelector(".views a, .filters .save"))?.focus();
    notify(say("page.view.deleted", {name: view.name}), async () => {
        await keepView(view.name, view.query);
        return say("page.view.saved", {name: view.name});
    });
}
