/** The board: the same tasks as the table, as cards in columns by status, person or priority. */

import {GROUPS, addressOf, switchLayout} from "./filters.js";
import {startMoving} from "./board-move.js";
import {chip, duePart, element, fill, one, priorityOptions, statusOptions} from "./parts.js";
import {known, page} from "./store.js";
import {language, say, today} from "./text.js";

/** @typedef {import("./api.js").Task} Task */
/** @typedef {Readonly<import("./store.js").State>} State */
/** @typedef {{value: string, label: string, values: import("./keep.js").Values}} Lane `values`: what a card dropped here gets */

/** More people than this have a lane only where they have cards. */
const MANY_PEOPLE = 12;
/** New cards made in one frame. */
const CARDS_A_FRAME = 60;

/** @type {Map<number, HTMLAnchorElement>} */
const cards = new Map();
/** @type {WeakMap<Element, Task>} */
const drawn = new WeakMap();
/** Language and day of the cards drawn. */
let look = "";
let isGoingOn = false;

/** @param {State} state @returns {Lane[]} */
function lanesOf({group, people, tasks, user}) {
    if (group === "status") return statusOptions().map(([value, label]) => ({value, label, values: {status: value}}));
    if (group === "priority")
        return priorityOptions().reverse().map(([value, label]) => ({value, label, values: {priority: value}}));
    const inCharge = new Map((tasks || []).flatMap(({assignee}) => (assignee ? [[assignee.id, assignee]] : [])));
    const known = new Map(people.map((person) => [person.id, person]));
    const shown = [...new Map([...known, ...inCharge]).values()]
        .filter(({id}) => known.size <= MANY_PEOPLE || id === user.id || inCharge.has(id));
    const lane = (/** @type {import("./api.js").Person} */ {id, name}) => ({value: String(id), label: name, values: {assignee_id: id}});
    // What is mine first, and then what nobody has taken yet.
    return [...shown.filter(({id}) => id === user.id).map(lane),
        {value: "", label: say("page.nobody"), values: {assignee_id: null}},
        ...shown.filter(({id}) => id !== user.id).map(lane)];
}

/** @param {Task} task @param {string} group */
function laneOf(task, group) {
    if (group === "assignee") return task.assignee ? String(task.assignee.id) : "";
    return group === "priority" ? task.priority : task.status;
}

function startBoard() {
    const root = element("div", "cards");
    const help = element("p", "unseen");
    help.id = "board-help";
    const voice = element("p", "unseen voice");
    voice.setAttribute("aria-live", "assertive");
    one(document, ".list > .further").before(help, voice, root);
    root.addEventListener("click", (event) => {
        const card = /** @type {HTMLElement} */ (event.target).closest("a");
        if (!card || event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
        event.preventDefault();
        page.open(Number(card.dataset.id));
    });
    const select = /** @type {HTMLSelectElement} */ (one(document, ".grouping select"));
    select.addEventListener("change", () => switchLayout("board", select.value));
    startMoving(root);
    return root;
}

/** @param {State} state */
export function drawBoard(state) {
    const isShown = state.layout === "board" && !state.inBin;
    const grouping = one(document, ".grouping");
    grouping.hidden = !isShown;
    const present = /** @type {HTMLElement|null} */ (document.querySelector(".cards"));
    if (!isShown) {
        if (present) present.hidden = true;
        return;
    }
    const root = present || startBoard();
    root.hidden = !state.tasks?.length;
    one(document, "#board-help").textContent = say("page.board.help");
    const select = /** @type {HTMLSelectElement} */ (one(grouping, "select"));
    fill(select, GROUPS.map((group) => [group, say(`page.group.${group}`)]));
    select.value = state.group;
    const wanted = `${language()} ${today()}`;
    if (wanted !== look) cards.clear();
    look = wanted;
    drawLanes(root, state);
}

/** @param {HTMLElement} root @param {State} state */
function drawLanes(root, state) {
    const focused = /** @type {HTMLElement|null} */ (document.activeElement);
    /** @type {Map<string, HTMLAnchorElement[]>} */
    const wanted = new Map();
    let made = 0;
    let isWhole = true;
    /** @type {Map<string, number>} */
    const counts = new Map();
    for (const task of state.tasks || []) {
        const lane = laneOf(task, state.group);
        counts.set(lane, (counts.get(lane) || 0) + 1);
        if (!cards.has(task.id) && made++ >= CARDS_A_FRAME) isWhole = false;
        else wanted.set(lane, [...(wanted.get(lane) || []), cardOf(task, state)]);
    }
    const lanes = lanesOf(state);
    root.style.setProperty("--lanes", String(lanes.length));
    place(root, lanes.map((lane) => {
        const made = laneElement(root, lane, state.group);
        const count = counts.get(lane.value) || 0;
        one(made, ".lane-name").textContent = lane.label;
        one(made, ".lane-count").textContent = state.next ? `${count}+` : String(count);
        one(made, "ul").setAttribute("aria-label", say("page.board.column", {column: lane.label, count}));
        one(made, ".lane-empty").textContent = say("page.board.empty");
        one(made, ".lane-empty").hidden = count > 0;
        place(one(made, "ul"), (wanted.get(lane.value) || []).map((card) => /** @type {HTMLElement} */ (card.parentElement)));
        return made;
    }));
    for (const id of cards.keys()) if (!state.byId.has(id)) cards.delete(id);
    // A card that moved loses the focus; the person should not.
    if (focused && focused !== document.activeElement && root.contains(focused)) focused.focus();
    if (!isWhole) goOn();
}

/** The rest of the cards, in the next frame. */
function goOn() {
    if (isGoingOn) return;
    isGoingOn = true;
    requestAnimationFrame(() => {
        isGoingOn = false;
        drawBoard(known());
    });
}

/** Has these children in this order, and touches none that stands right already. @param {HTMLElement} root @param {HTMLElement[]} wanted */
function place(root, wanted) {
    let at = root.firstElementChild;
    for (const each of wanted) {
        if (each === at) at = at.nextElementSibling;
        else root.insertBefore(each, at);
    }
    while (at) {
        const next = at.nextElementSibling;
        at.remove();
        at = next;
    }
}

/** @param {HTMLElement} root @param {Lane} lane @param {string} group */
function laneElement(root, {value, values}, group) {
    const key = `${group} ${value}`;
    const present = /** @type {HTMLElement[]} */ ([...root.children]).find((each) => each.dataset.key === key);
    if (present) return present;
    const made = element("section", "lane");
    const head = element("h2");
    head.append(element("span", group === "status" ? `lane-name state state-${value}` : "lane-name"), element("span", "lane-count"));
    made.dataset.key = key;
    made.dataset.values = JSON.stringify(values);
    made.append(head, element("ul"), element("p", "lane-empty"));
    return made;
}

/** @param {Task} task @param {State} state */
function cardOf(task, state) {
    let card = cards.get(task.id);
    if (!card) {
        card = /** @type {HTMLAnchorElement} */ (element("a", "card"));
        card.dataset.id = String(task.id);
        card.draggable = false;
        card.setAttribute("aria-describedby", "board-help");
        element("li").append(card);
        cards.set(task.id, card);
    }
    card.href = addressOf(state.filters, false, task.id);
    card.classList.toggle("is-open", task.id === state.openId);
    // The lane's head names the person once.
    card.classList.toggle("is-by-person", state.group === "assignee");
    if (drawn.get(card) === task) return card;
    drawn.set(card, task);
    card.classList.toggle("is-done", task.status === "done");
    card.replaceChildren(element("span", "card-title", task.title), ...labelParts(task), footPart(task));
    return card;
}

/** @param {Task} task */
function labelParts({labels}) {
    if (!labels.length) return [];
    const line = element("span", "labels");
    line.append(...labels.map((label) => element("span", "label", label)));
    return [line];
}

/** @param {Task} task */
function footPart(task) {
    const foot = element("span", "card-foot");
    if (task.assignee) {
        const name = element("span", "unseen", task.assignee.name);
        const both = element("span", "person");
        both.title = task.assignee.name;
        both.append(chip(task.assignee), name);
        foot.append(both);
    }
    const bar = /** @type {HTMLProgressElement} */ (element("progress"));
    bar.max = 100;
    bar.value = task.progress;
    bar.setAttribute("aria-label", say("page.field.progress"));
    foot.append(bar, element("span", "number", say("page.percent", {number: task.progress})));
    if (task.priority !== "normal")
        foot.append(element("span", `weight weight-${task.priority}`, say(`page.priority.${task.priority}`)));
    const due = duePart(task);
    if (due) {
        const place = element("span", "due");
        place.append(due);
        foot.append(place);
    }
    return foot;
}
