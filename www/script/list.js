/** The list of tasks: fetched in pages, kept up to date by asking whether anything changed. */

import {ask, Problem, Unreachable} from "./api.js";
import {drawHead} from "./columns.js";
import {isFiltered, listQuery, sortBy, switchLayout} from "./filters.js";
import {isTyping, isTypedNumber, loadStyle, one, sentenceOf} from "./parts.js";
import {drawRows, keepPlace} from "./rows.js";
import {change, known, page, watch} from "./store.js";
import {say} from "./text.js";

/** @typedef {import("./api.js").Task} Task */

const PAGE = 50;
const LARGEST_PAGE = 200;
const POLL_MS = 15000;
const LONGEST_POLL_MS = 240000;
const AWAY_MS = 60000;
/** The next page is asked for before one gets to the end. */
const MARGIN = "0px 0px 1200px 0px";

/** Counts the questions asked, so that a late answer to an old one is not drawn. */
let asked = 0;
/** The version of everything that the list shows; null: ask anew. @type {string|null} */
let etag = null;
/** The question for the next page, while it is the last one asked. */
let askedForMore = 0;

/** Fetches the list from its start: the first page, for new filters or a new order. */
export function loadList() {
    return load(PAGE, {}, (rows) => rows);
}

/** Asks whether anything changed, and takes it over without moving anything: an unchanged list costs nothing.
 * @param {boolean} isBack one looks anew, after a while: then the order may be new, too */
async function refresh(isBack) {
    const {tasks} = known();
    if (!tasks || askedForMore === asked) return false;
    return load(Math.max(PAGE, tasks.length), etag ? {"If-None-Match": etag} : {}, isBack ? (rows) => rows : keepOrder);
}

/**
 * @param {number} wanted rows
 * @param {Record<string, string>} headers of the first question
 * @param {(rows: Task[]) => Task[]} arrange
 */
async function load(wanted, headers, arrange) {
    const turn = ++asked;
    const {filters, inBin} = known();
    try {
        /** @type {Task[]} */
        let rows = [];
        let cursor = null;
        let version = null;
        let kept = null;
        do {
            const query = listQuery(filters, inBin);
            query.set("limit", String(Math.min(LARGEST_PAGE, wanted - rows.length)));
            if (cursor) query.set("after", cursor);
            const answer = await ask("GET", `/api/tasks?${query}`, undefined, cursor ? {} : headers);
            if (turn !== asked) return false;
            if (answer.status === 304) {
                if (known().trouble || known().kept) change({trouble: null, kept: null});
                page.reached();
                return false;
            }
            kept = answer.kept;
            version = version || answer.etag;
            rows = rows.concat(answer.body.tasks.map(newest));
            cursor = answer.body.next;
        } while (cursor && rows.length < wanted);
        etag = version;
        const news = {tasks: arrange(rows), next: cursor, trouble: null, kept};
        if (arrange === keepOrder) keepPlace(() => change(news));
        else change(news);
        if (!kept) page.reached();
        return true;
    } catch (error) {
        if (!(error instanceof Problem || error instanceof Unreachable)) throw error;
        if (turn === asked) change({trouble: troubleOf(error)});
        return false;
    }
}

/** The filters may say something new already, while the rows below are those of before. @param {unknown} error */
function troubleOf(error) {
    return known().tasks && error instanceof Unreachable ? say("page.unreachable_list") : sentenceOf(error);
}

/** What is known already stays the same object, so that it is not drawn anew; and a change that overtook this answer stays.
 * @param {Task} task */
function newest(task) {
    const old = known().byId.get(task.id);
    if (!old || old.version < task.version) return task;
    const isSame = old.assignee?.name === task.assignee?.name && old.creator.name === task.creator.name;
    return isSame || old.version > task.version ? old : task;
}

/** Rows stay in the order that one reads them in until one asks for another; new ones stand where they belong.
 * @param {Task[]} rows */
function keepOrder(rows) {
    const places = new Map((known().tasks || []).map(({id}, place) => [id, place]));
    const place = (/** @type {Task} */ {id}) => places.get(id) ?? 0;
    const old = rows.filter(({id}) => places.has(id)).sort((a, b) => place(a) - place(b));
    let next = 0;
    return rows.map((task) => (places.has(task.id) ? old[next++] : task));
}

/** Fetches the next page behind the last row. */
async function loadMore() {
    const {filters, inBin, next} = known();
    if (askedForMore === asked || !next) return;
    const turn = ++asked;
    askedForMore = turn;
    const query = listQuery(filters, inBin);
    query.set("limit", String(LARGEST_PAGE));
    query.set("after", next);
    try {
        const {body} = await ask("GET", `/api/tasks?${query}`);
        if (turn !== asked) return;
        const {tasks, byId} = known();
        const rows = body.tasks.filter((/** @type {Task} */ task) => !byId.has(task.id));
        change({tasks: [...(tasks || []), ...rows], next: body.next, trouble: null});
    } catch (error) {
        if (turn === asked) change({trouble: troubleOf(error)});
    } finally {
        if (askedForMore === turn) askedForMore = 0;
    }
}

/** @param {() => void} retry */
export function startList(retry) {
    const table = one(document, ".tasks");
    one(document, ".list > .trouble button").addEventListener("click", retry);
    one(document, ".list > .further button").addEventListener("click", loadMore);
    table.addEventListener("click", (event) => {
        const target = /** @type {HTMLElement} */ (event.target);
        const sort = /** @type {HTMLElement|null} */ (target.closest("[data-sort]"))?.dataset.sort;
        if (sort) sortBy(sort);
        const link = target.closest("a");
        if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
        event.preventDefault();
        page.open(Number(link.closest("tr")?.dataset.id));
    });
    startInPlace(table);
    startPolling();
}

/** What changes rows in place, or chooses them, comes when somebody is about to. @param {HTMLElement} table */
function startInPlace(table) {
    /** @type {typeof import("./in-place.js")|null} */
    let inPlace = null;
    const loadInPlace = async () => (inPlace = await import("./in-place.js"));
    const chooser = () => import("./choose.js");
    for (const type of ["pointerover", "focusin"]) table.addEventListener(type, loadInPlace, {once: true});
    for (const type of ["click", "input", "change", "keydown"]) {
        table.addEventListener(type, async (event) => {
            const target = /** @type {HTMLElement} */ (event.target);
            if (target.matches("[type=checkbox]")) {
                if (type === "click") (await chooser()).press(/** @type {MouseEvent} */ (event));
            } else if (inPlace) inPlace.handle(event, target);
            else (await loadInPlace()).handle(event, target);
        });
    }
    // What the browser would do with these keys has to be stopped at once.
    table.addEventListener("keydown", async (event) => {
        const isAll = event.key === "a" && (event.ctrlKey || event.metaKey) && !isTyping(event.target);
        if (isAll || isTypedNumber(event)) event.preventDefault();
        if (isAll) (await chooser()).chooseAll();
    });
    one(document, ".to-choose").addEventListener("click", async () => (await chooser()).toggle());
    for (const button of document.querySelectorAll(".layouts button"))
        button.addEventListener("click", () => switchLayout(/** @type {"table"|"board"} */ (/** @type {HTMLButtonElement} */ (button).value)));
    one(document, ".to-columns").addEventListener("click", async (event) => {
        const button = /** @type {HTMLElement} */ (event.currentTarget);
        (await import("./columns-menu.js")).toggleColumns(button);
    });
}

/** Less often while the server does not answer, and not at all while nobody looks. */
function startPolling() {
    let wait = POLL_MS;
    let timer = 0;
    let lastSeen = Date.now();
    const poll = async () => {
        clearTimeout(timer);
        if (document.visibilityState === "visible") {
            const isBack = Date.now() - lastSeen > AWAY_MS + wait;
            lastSeen = Date.now();
            if (await refresh(isBack)) page.news();
            wait = known().trouble || known().kept ? Math.min(wait * 2, LONGEST_POLL_MS) : POLL_MS;
        }
        clearTimeout(timer);
        timer = window.setTimeout(poll, wait);
    };
    timer = window.setTimeout(poll, wait);
    document.addEventListener("visibilitychange", poll);
    addEventListener("online", poll);
}

let isBoardLoaded = false;
let isBoardDrawn = false;

/** The board comes with its first use, style and all, and then draws itself. */
async function loadBoard() {
    if (isBoardLoaded) return;
    isBoardLoaded = true;
    try {
        const [{drawBoard}] = await Promise.all([import("./board.js"), loadStyle("/style/board.css")]);
        watch(drawBoard);
        isBoardDrawn = true;
        change({});
    } catch {
        isBoardLoaded = false;
        change({trouble: say("page.unreachable")});
    }
}

const further = new IntersectionObserver((entries) => {
    if (entries.some((entry) => entry.isIntersecting)) loadMore();
}, {rootMargin: MARGIN});
/** The rows at whose end the next page was looked for last. @type {readonly Task[]|null} */
let lookedAt = null;

/** @param {Readonly<import("./store.js").State>} state */
export function drawList(state) {
    const {tasks, inBin, trouble} = state;
    one(document, ".list .heading").textContent = say(inBin ? "page.bin" : "page.tasks");
    one(document, ".to-tasks").hidden = !inBin;
    one(document, "form.new").hidden = inBin;
    one(document, ".list > .trouble").hidden = !trouble;
    one(document, ".list > .trouble span").textContent = trouble;
    const isBoard = state.layout === "board" && !inBin;
    if (isBoard) loadBoard();
    for (const button of document.querySelectorAll(".layouts button"))
        button.setAttribute("aria-pressed", String(/** @type {HTMLButtonElement} */ (button).value === (isBoard ? "board" : "table")));
    one(document, ".layouts").hidden = inBin;
    one(document, ".tools").classList.toggle("of-board", isBoard);
    const table = one(document, ".tasks");
    table.hidden = isBoard || !tasks || !tasks.length;
    table.classList.toggle("in-bin", inBin);
    table.classList.toggle("is-choosing", state.chosen.size > 0);
    drawHead(/** @type {HTMLTableElement} */ (table), state);
    if (!isBoard) drawRows(state);
    one(document, ".empty").hidden = !tasks || tasks.length > 0;
    one(document, ".empty span").textContent = say(
        isFiltered(state) ? "page.empty_filtered" : inBin ? "page.empty_bin" : "page.empty");
    const place = one(document, ".list > .further");
    // The end of a board that is not there yet is not near.
    place.hidden = !state.next || (isBoard && !isBoardDrawn);
    // Observed anew, it says whether the end is still near.
    if (tasks === lookedAt) return;
    lookedAt = tasks;
    further.unobserve(place);
    further.observe(place);
}
