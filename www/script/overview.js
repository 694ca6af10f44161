/** The overview: one's week, the flow of work as a chart, who has how much, and what is late. */

import {ask, Problem, Unreachable, whenSignedOut} from "./api.js";
import {bandChart} from "./chart.js";
import {startMenu} from "./menu.js";
import {duePart, element, one, personPart, sentenceOf} from "./parts.js";
import {startReminder} from "./reminder.js";
import {change, known} from "./store.js";
import {date, number, say, speak, written} from "./text.js";

/**
 * @typedef {import("./api.js").Task} Task
 * @typedef {{overdue: Task[], days: {day: string, tasks: Task[]}[], has_more: boolean}} Week tasks without people
 * @typedef {{first: string, todo: number[], doing: number[], done: number[]}} Flow
 * @typedef {{person: import("./api.js").Person|null, open: number, doing: number, overdue: number, progress: number}} Load
 */

const SPANS = [30, 90, 365];
const POLL_MS = 60000;
const MOST_LATE = 10;
const DAY_MS = 86400000;

/** The versions of what is shown, by address. @type {Map<string, string>} */
const shown = new Map();
let span = SPANS.find((days) => String(days) === new URLSearchParams(location.search).get("days")) || SPANS[0];

/** Asks, and draws what is new. @param {string} path @param {(body: any) => void} draw */
async function load(path, draw) {
    const etag = shown.get(path);
    const answer = await ask("GET", path, undefined, etag ? {"If-None-Match": etag} : {});
    if (answer.status === 304) return;
    draw(answer.body);
    if (answer.etag) shown.set(path, answer.etag);
}

function loadFlow() {
    const asked = span;
    return load(`/api/overview/flow?days=${asked}`, (flow) => asked === span && drawFlow(flow));
}

/** All parts, each for itself: one that fails leaves the others. */
async function loadAll() {
    const parts = {
        week: load("/api/overview/week", drawWeek),
        flow: loadFlow(),
        loads: load("/api/overview/people", drawPeople),
        late: load(`/api/tasks?due=overdue&sort=due&limit=${MOST_LATE}`, drawLate),
    };
    /** @type {Promise<unknown>} */
    let before = Promise.resolve();
    // In the order of the page, so that none moves another that is shown already.
    for (const [name, part] of Object.entries(parts))
        before = Promise.allSettled([before, part]).then(() => void (one(document, `.${name}`).hidden = false));
    const ends = await Promise.allSettled(Object.values(parts));
    sayTrouble(ends.flatMap((end) => (end.status === "rejected" ? [end.reason] : []))[0]);
}

/** @param {unknown} error nothing: there is none any more */
function sayTrouble(error) {
    if (error && !(error instanceof Problem || error instanceof Unreachable)) throw error;
    const line = one(document, ".overview > .trouble");
    line.hidden = !error;
    // Without a catalogue yet, the sentence written into the page has to do.
    if (error instanceof Problem) one(line, "span").textContent = sentenceOf(error);
}

/* ---- one's week ---- */

/** @param {number} id */
function addressOf(id) {
    return `/tasks.html?task=${id}`;
}

/** @param {Task} task @param {Node|null} [aside] */
function taskLine(task, aside) {
    const line = element("li");
    const link = /** @type {HTMLAnchorElement} */ (element("a", "", task.title));
    link.href = addressOf(task.id);
    const status = element("span", `state state-${task.status}`);
    status.append(element("span", "unseen", say(`page.status.${task.status}`)));
    line.append(status, link, aside || element("span", "aside", say("page.percent", {number: task.progress})));
    return line;
}

/** "Today", "Tomorrow", "Sat", with the date beside it. @param {string} day @param {number} place */
function dayHead(day, place) {
    const head = element("h3", "", place > 1 ? written(new Date(day), {weekday: "long", timeZone: "UTC"}) : say(place ? "page.due.tomorrow" : "page.due.today"));
    head.append(" ", element("small", "", date(day)));
    return head;
}

/** @param {string} kind @param {HTMLElement} head @param {HTMLElement[]} lines */
function dayPart(kind, head, lines) {
    const part = element("li", kind);
    part.append(head);
    if (lines.length) {
        const list = element("ul");
        list.append(...lines);
        part.append(list);
    }
    return part;
}

/** @param {Week} week */
function drawWeek(week) {
    const section = one(document, ".week");
    const isEmpty = !week.overdue.length && week.days.every((one) => !one.tasks.length);
    const late = week.overdue.map((task) => taskLine(task, duePart(task)));
    one(section, ".days").replaceChildren(
        ...(late.length ? [dayPart("is-late", element("h3", "", say("page.filter.due_overdue")), late)] : []),
        ...(isEmpty ? [] : week.days.map(({day, tasks}, place) =>
            dayPart(tasks.length ? "" : "is-free", dayHead(day, place), tasks.map((task) => taskLine(task))))));
    one(section, ".nothing").hidden = !isEmpty;
    one(section, ".more").hidden = !week.has_more;
}

/* ---- the flow of work ---- */

/** @param {Flow} flow */
function drawFlow(flow) {
    const section = one(document, ".flow");
    const last = flow.todo.length - 1;
    const isEmpty = !flow.todo[last] && !flow.doing[last] && !flow.done[last];
    const days = flow.todo.map((_, place) => date(new Date(Date.parse(flow.first) + place * DAY_MS).toISOString().slice(0, 10)));
    const bands = /** @type {const} */ (["done", "doing", "todo"]).map((status) => ({
        name: say(`page.status.${status}`), kind: status, values: flow[status]}));
    one(section, ".nothing").hidden = !isEmpty;
    one(section, ".drawing").replaceChildren(...(isEmpty ? [] : [bandChart(bands, days, say("page.overview.day"))]));
    one(section, ".table").hidden = isEmpty;
    one(section, "tbody").replaceChildren(...days.map((day, place) =>
        numberRow(element("span", "", day), [flow.todo, flow.doing, flow.done].map((list) => number(list[place])))).reverse());
}

function drawSpans() {
    one(document, ".spans").replaceChildren(...SPANS.map((days) => {
        const button = /** @type {HTMLButtonElement} */ (element("button", "", say("page.overview.span", {count: days})));
        button.type = "button";
        button.setAttribute("aria-pressed", String(days === span));
        button.addEventListener("click", () => {
            span = days;
            history.replaceState(null, "", `/overview.html?days=${days}`);
            for (const other of one(document, ".spans").children) other.setAttribute("aria-pressed", String(other === button));
            shown.delete(`/api/overview/flow?days=${days}`);
            loadFlow().then(() => sayTrouble(null), sayTrouble);
        });
        return button;
    }));
}

/* ---- who has how much ---- */

/** @param {HTMLElement} head @param {(string|HTMLElement)[]} cells */
function numberRow(head, cells) {
    const row = element("tr");
    const first = /** @type {HTMLTableCellElement} */ (element("th"));
    first.scope = "row";
    first.append(head);
    row.append(first, ...cells.map((cell) => {
        const made = element("td");
        made.append(cell);
        return made;
    }));
    return row;
}

/** A number with a bar, of which the part in work is filled. @param {Load} load @param {number} most */
function openPart(load, most) {
    const part = element("span", "amount");
    const bar = element("span", "bar");
    const doing = element("span", "doing");
    bar.style.inlineSize = `${(100 * load.open) / most}%`;
    doing.style.inlineSize = `${(100 * load.doing) / load.open}%`;
    bar.append(doing);
    const track = element("span", "track");
    track.append(bar);
    part.append(element("span", "", number(load.open)), track);
    return part;
}

/** @param {Load} load */
function progressPart(load) {
    const part = element("span", "amount");
    const bar = /** @type {HTMLProgressElement} */ (element("progress"));
    bar.max = 100;
    bar.value = load.progress;
    bar.setAttribute("aria-hidden", "true");
    part.append(element("span", "", say("page.percent", {number: load.progress})), bar);
    return part;
}

/** @param {{people: Load[]}} answer */
function drawPeople({people}) {
    const section = one(document, ".loads");
    const most = Math.max(...people.map((load) => load.open));
    one(section, ".nothing").hidden = people.length > 0;
    one(section, "table").hidden = !people.length;
    one(section, "tbody").replaceChildren(...people.map((load) => {
        const link = /** @type {HTMLAnchorElement} */ (element("a"));
        link.href = `/tasks.html?assignee=${load.person ? load.person.id : "none"}`;
        link.append(personPart(load.person));
        const late = element("span", load.overdue ? "is-late" : "", number(load.overdue));
        return numberRow(link, [openPart(load, most), number(load.doing), late, progressPart(load)]);
    }));
}

/* ---- what is late ---- */

/** @param {{tasks: Task[], next: string|null}} answer */
function drawLate({tasks, next}) {
    const section = one(document, ".late");
    one(section, ".nothing").hidden = tasks.length > 0;
    one(section, "ul").replaceChildren(...tasks.map((task) => {
        const line = taskLine(task, duePart(task));
        line.append(personPart(task.assignee));
        return line;
    }));
    one(section, ".more").hidden = !next;
}

/* ---- the page ---- */

async function start() {
    one(document, ".overview > .trouble button").addEventListener("click", () => (known().user.id ? loadAll() : location.reload()));
    try {
        const {body} = await ask("GET", "/api/session");
        if (!body.user) return location.replace("/");
        await speak(body.user.language);
        change({user: body.user});
    } catch (error) {
        return sayTrouble(error);
    }
    document.title = `${say("page.overview")} · ${say("page.name")}`;
    startMenu();
    startReminder(known().user);
    drawSpans();
    await loadAll();
    const poll = () => {
        if (document.visibilityState === "visible") loadAll();
    };
    setInterval(poll, POLL_MS);
    document.addEventListener("visibilitychange", poll);
}

whenSignedOut(() => location.replace("/"));
start();
