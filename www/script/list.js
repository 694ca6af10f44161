/** The table of tasks: fetched in pages, kept up to date by asking whether anything changed, drawn row by row. */

import {ask, Problem, Unreachable} from "./api.js";
import {addressOf, listQuery} from "./filters.js";
import {notify} from "./notice.js";
import {copy, duePart, element, one, personPart, sentenceOf} from "./parts.js";
import {change, dropTask, known} from "./store.js";
import {say, translate} from "./text.js";

const PAGE = 50;
const LARGEST_PAGE = 200;
const POLL_MS = 15000;

/** Counts the questions asked, so that a late answer to an old one is not drawn. */
let asked = 0;
/** The version of everything that the list shows; null: ask anew. @type {string|null} */
let etag = null;

/** Fetches the list from its start, as many rows as are shown now, or the first page where the filters are new.
 * @param {boolean} isSame the filters are those of the rows shown: an unchanged list then costs nothing */
export async function loadList(isSame = false) {
    const turn = ++asked;
    const {filters, inBin, tasks} = known();
    const wanted = isSame && tasks ? Math.max(PAGE, tasks.length) : PAGE;
    /** @type {Record<string, string>} */
    const headers = isSame && etag ? {"If-None-Match": etag} : {};
    try {
        /** @type {import("./api.js").Task[]} */
        let rows = [];
        let cursor = null;
        let version = null;
        do {
            const query = listQuery(filters, inBin);
            query.set("limit", String(Math.min(LARGEST_PAGE, wanted - rows.length)));
            if (cursor) query.set("after", cursor);
            const answer = await ask("GET", `/api/tasks?${query}`, undefined, cursor ? {} : headers);
            if (turn !== asked) return false;
            if (answer.status === 304) {
                if (known().trouble) change({trouble: null});
                return false;
            }
            version = version || answer.etag;
            rows = rows.concat(answer.body.tasks);
            cursor = answer.body.next;
        } while (cursor && rows.length < wanted);
        etag = version;
        change({tasks: rows, next: cursor, trouble: null});
        return true;
    } catch (error) {
        if (!(error instanceof Problem || error instanceof Unreachable)) throw error;
        if (turn === asked) change({trouble: sentenceOf(error)});
        return false;
    }
}

/** Fetches the next page behind the last row. */
async function loadMore() {
    const turn = ++asked;
    const {filters, inBin, next, tasks} = known();
    const query = listQuery(filters, inBin);
    query.set("after", next || "");
    try {
        const {body} = await ask("GET", `/api/tasks?${query}`);
        if (turn !== asked) return;
        const seen = new Set((tasks || []).map((task) => task.id));
        const rows = body.tasks.filter((/** @type {import("./api.js").Task} */ task) => !seen.has(task.id));
        change({tasks: [...(tasks || []), ...rows], next: body.next, trouble: null});
    } catch (error) {
        if (turn === asked) change({trouble: sentenceOf(error)});
    }
}

/**
 * @param {() => void} onNews the list changed by somebody's hand
 * @param {(id: number) => void} open
 * @param {() => void} retry
 */
export function startList(onNews, open, retry) {
    one(document, ".list > .trouble button").addEventListener("click", retry);
    one(document, ".list > .further button").addEventListener("click", loadMore);
    one(document, ".tasks tbody").addEventListener("click", (event) => {
        const link = /** @type {HTMLElement} */ (event.target).closest("a");
        if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
        event.preventDefault();
        open(Number(link.closest("tr")?.dataset.id));
    });
    const poll = async () => {
        if (document.visibilityState === "visible" && known().tasks && (await loadList(true))) onNews();
    };
    setInterval(poll, POLL_MS);
    document.addEventListener("visibilitychange", poll);
}

/** What is drawn in a row; a row whose text here is the same is left alone.
 * @param {import("./api.js").Task} task @param {Readonly<import("./store.js").State>} state */
function fingerprint(task, state) {
    return JSON.stringify([task, state.user.language, state.user.id, state.inBin, new Date().getDate()]);
}

/** @param {import("./api.js").Task} task @param {Readonly<import("./store.js").State>} state */
function makeRow(task, state) {
    const row = copy(".row");
    translate(row);
    row.dataset.id = String(task.id);
    row.classList.toggle("is-done", task.status === "done");
    const link = /** @type {HTMLAnchorElement} */ (one(row, "th a"));
    link.textContent = task.title;
    if (state.inBin) link.replaceWith(element("span", "", task.title));
    one(row, ".labels").append(...task.labels.map((label) => element("li", "", label)));
    one(row, ".assignee").append(personPart(task.assignee));
    const bar = /** @type {HTMLProgressElement} */ (one(row, "progress"));
    bar.value = task.progress;
    one(row, ".number").textContent = say("page.percent", {number: task.progress});
    const status = one(row, ".state");
    status.classList.add(`state-${task.status}`);
    status.textContent = say(`page.status.${task.status}`);
    const priority = one(row, ".weight");
    priority.classList.add(`weight-${task.priority}`);
    priority.textContent = say(`page.priority.${task.priority}`);
    const due = duePart(task);
    if (state.inBin) one(row, ".due").append(...restorePart(task, state));
    else if (due) one(row, ".due").append(due);
    return row;
}

/** @param {import("./api.js").Task} task @param {Readonly<import("./store.js").State>} state */
function restorePart(task, state) {
    if (task.creator.id !== state.user.id && state.user.role !== "admin") return [];
    const button = /** @type {HTMLButtonElement} */ (element("button", "quiet", say("page.restore")));
    button.type = "button";
    button.setAttribute("aria-label", `${say("page.restore")}: ${task.title}`);
    button.addEventListener("click", async () => {
        button.disabled = true;
        try {
            await ask("POST", `/api/tasks/${task.id}/restore`, {});
            dropTask(task.id);
            notify(say("page.restored", {title: task.title}));
        } catch (error) {
            button.disabled = false;
            change({trouble: sentenceOf(error)});
        }
    });
    return [button];
}

/** @param {Readonly<import("./store.js").State>} state */
export function drawList(state) {
    const {tasks, inBin, filters, openId, trouble} = state;
    one(document, ".list .heading").textContent = say(inBin ? "page.bin" : "page.tasks");
    one(document, ".to-tasks").hidden = !inBin;
    one(document, "form.new").hidden = inBin;
    one(document, ".list > .trouble").hidden = !trouble;
    one(document, ".list > .trouble span").textContent = trouble;
    drawRows(state);
    one(document, ".tasks").hidden = !tasks || !tasks.length;
    const isFiltered = ["q", "assignee", "status", "due", "label"].some((name) => filters[name]);
    one(document, ".empty").hidden = !tasks || tasks.length > 0;
    one(document, ".empty span").textContent = say(
        isFiltered ? "page.empty_filtered" : inBin ? "page.empty_bin" : "page.empty");
    const clear = /** @type {HTMLAnchorElement} */ (one(document, ".empty .clear"));
    clear.hidden = !isFiltered;
    clear.href = addressOf({}, inBin, openId);
    one(document, ".list > .further").hidden = !state.next;
}

/** @param {Readonly<import("./store.js").State>} state */
function drawRows(state) {
    const body = one(document, ".tasks tbody");
    /** @type {Map<string, HTMLElement>} */
    const old = new Map([...body.children].map((row) => [/** @type {HTMLElement} */ (row).dataset.drawn || "", /** @type {HTMLElement} */ (row)]));
    const focused = document.activeElement?.closest(".tasks tr");
    const focusedId = focused instanceof HTMLElement ? focused.dataset.id : undefined;
    const rows = (state.tasks || []).map((task) => {
        const drawn = fingerprint(task, state);
        const row = old.get(drawn) || makeRow(task, state);
        row.dataset.drawn = drawn;
        const link = row.querySelector("a");
        if (link) link.href = addressOf(state.filters, false, task.id);
        row.classList.toggle("is-open", task.id === state.openId);
        return row;
    });
    const isSame = rows.length === body.children.length && rows.every((row, place) => row === body.children[place]);
    if (isSame) return;
    body.replaceChildren(...rows);
    // A row that moved or was drawn anew loses the focus; the person should not.
    if (focusedId) /** @type {HTMLElement|null} */ (body.querySelector(`tr[data-id="${focusedId}"] a`))?.focus({preventScroll: true});
}
