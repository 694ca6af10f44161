/** The bar of filters, and the page's address, which says the same: each can be had from the other. */

import {change, known, page} from "./store.js";
import {fill, one, peopleOptions, statusOptions} from "./parts.js";
import {say} from "./text.js";

export const FILTERS = ["q", "assignee", "status", "due", "label", "sort", "order"];
/** Taken from the address, though the bar has no field for it. */
const UNSEEN = ["creator"];
const SORTS = ["updated", "created", "due", "priority", "progress", "title"];
const REST_MS = 250;

export const GROUPS = ["status", "assignee", "priority"];

/** The order that people expect of a sort, as long as they ask for no other. @param {string} sort */
function naturalOrder(sort) {
    return sort === "due" || sort === "title" ? "asc" : "desc";
}

/** What the address says. */
export function readAddress() {
    const asked = new URLSearchParams(location.search);
    /** @type {Record<string, string>} */
    const filters = {};
    for (const name of [...FILTERS, ...UNSEEN]) {
        const value = asked.get(name);
        if (value) filters[name] = value;
    }
    const id = Number(asked.get("task"));
    const inBin = asked.get("bin") === "1";
    const group = asked.get("group") || "";
    return {
        filters,
        inBin,
        openId: Number.isSafeInteger(id) && id > 0 ? id : null,
        layout: /** @type {"table"|"board"} */ (asked.get("layout") === "board" && !inBin ? "board" : "table"),
        group: GROUPS.includes(group) ? group : GROUPS[0],
    };
}

/** The address of the page with these filters and this task. @param {Record<string, string>} filters
 * @param {boolean} inBin @param {number|null} openId @param {{layout: string, group: string}} [shape] */
export function addressOf(filters, inBin, openId, {layout, group} = known()) {
    const asked = new URLSearchParams(filters);
    if (inBin) asked.set("bin", "1");
    else if (layout === "board") {
        asked.set("layout", layout);
        asked.set("group", group);
    }
    if (openId) asked.set("task", String(openId));
    const query = asked.toString();
    return query ? `/tasks.html?${query}` : "/tasks.html";
}

/** The query of the API for the list. @param {Record<string, string>} filters @param {boolean} inBin */
export function listQuery(filters, inBin) {
    const asked = new URLSearchParams(filters);
    if (filters.sort && !filters.order) asked.set("order", naturalOrder(filters.sort));
    if (inBin) asked.set("bin", "1");
    return asked;
}

/** Shows the list with other filters. @param {Record<string, string>} wanted @param {boolean} isNewEntry in the history */
function setFilters(wanted, isNewEntry) {
    const {filters, inBin, openId} = known();
    if (wanted.sort === "updated") delete wanted.sort;
    // A new sort starts in its natural order; that order need not stand in the address.
    if (wanted.sort !== filters.sort || wanted.order === naturalOrder(wanted.sort || "updated")) delete wanted.order;
    const address = addressOf(wanted, inBin, openId);
    if (address === location.pathname + location.search) return;
    if (isNewEntry) history.pushState(null, "", address);
    else history.replaceState(null, "", address);
    change({filters: wanted});
    page.reload();
}

/** Sorts, or turns the order round where it is sorted so already. @param {string} sort */
export function sortBy(sort) {
    const {filters} = known();
    const present = filters.sort || "updated";
    const isAscending = (filters.order || naturalOrder(present)) === "asc";
    setFilters({...filters, sort, ...(sort === present ? {order: isAscending ? "desc" : "asc"} : {})}, true);
}

/** Shows the tasks as a table or as a board, by the same filters. @param {"table"|"board"} layout @param {string} [group] */
export function switchLayout(layout, group = known().group) {
    const {filters, inBin, openId, chosen} = known();
    if (inBin) return;
    history.pushState(null, "", addressOf(filters, inBin, openId, {layout, group}));
    // Boxes to choose by are the table's.
    change({layout, group, chosen: layout === "board" ? new Set() : chosen});
}

export function startFilters() {
    const form = /** @type {HTMLFormElement} */ (one(document, "form.filters"));
    let timer = 0;

    /** @param {boolean} isNewEntry */
    function apply(isNewEntry) {
        clearTimeout(timer);
        /** @type {Record<string, string>} */
        const wanted = Object.fromEntries(Object.entries(known().filters).filter(([name]) => UNSEEN.includes(name)));
        for (const name of FILTERS) {
            const value = control(form, name).value.trim();
            if (value) wanted[name] = value;
        }
        setFilters(wanted, isNewEntry);
    }

    form.addEventListener("submit", (event) => {
        event.preventDefault();
        apply(true);
    });
    form.addEventListener("change", () => {
        apply(true);
        // Where the bar scrolls, what is set stands first.
        form.scrollLeft = 0;
    });
    form.addEventListener("input", (event) => {
        if (!(event.target instanceof HTMLInputElement)) return;
        clearTimeout(timer);
        timer = window.setTimeout(() => apply(false), REST_MS);
    });
}

/** Whether some tasks are left out. @param {Readonly<import("./store.js").State>} state */
export function isFiltered({filters}) {
    return ["q", "assignee", "status", "due", "label", ...UNSEEN].some((name) => filters[name]);
}

/** @param {HTMLFormElement} form @param {string} name */
function control(form, name) {
    return /** @type {HTMLInputElement|HTMLSelectElement} */ (form.elements.namedItem(name));
}

/** @param {Readonly<import("./store.js").State>} state */
export function drawFilters(state) {
    const form = /** @type {HTMLFormElement} */ (one(document, "form.filters"));
    /** @type {Record<string, [string, string][]>} */
    const options = {
        assignee: [
            ["", say("page.filter.assignee_any")],
            ["me", say("page.filter.assignee_me")],
            ["none", say("page.filter.assignee_none")],
            ...peopleOptions(state.people).slice(1),
        ],
        status: [["", say("page.filter.status_any")], ...statusOptions()],
        due: ["", "overdue", "today", "week"].map((due) => [due, say(`page.filter.due_${due || "any"}`)]),
        sort: SORTS.map((sort) => [sort, say(`page.sort.${sort}`)]),
        order: ["asc", "desc"].map((order) => [order, say(`page.order.${order}`)]),
    };
    for (const [name, list] of Object.entries(options)) {
        const select = /** @type {HTMLSelectElement} */ (control(form, name));
        const drawn = JSON.stringify(list);
        // An open select would close if its options were replaced while nothing about them is new.
        if (select.dataset.drawn !== drawn) fill(select, list);
        select.dataset.drawn = drawn;
    }
    for (const name of FILTERS) {
        const input = control(form, name);
        const sort = state.filters.sort || "updated";
        const usual = name === "sort" ? "updated" : name === "order" ? naturalOrder(sort) : "";
        if (input !== document.activeElement || input instanceof HTMLSelectElement)
            input.value = state.filters[name] || usual;
        input.classList.toggle("is-set", Boolean(state.filters[name]));
    }
    for (const clear of /** @type {NodeListOf<HTMLAnchorElement>} */ (document.querySelectorAll("a.clear"))) {
        clear.href = addressOf({}, state.inBin, state.openId);
        clear.hidden = !isFiltered(state);
    }
}
