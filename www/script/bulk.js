/**
 * Changes all chosen tasks: a quiet bar at the bottom. Each is changed by a request of its own, a few at a time, with the
 * version seen; what could not be kept is said by name and stays chosen, and one undo takes the whole back.
 */

import {Problem, request, Unreachable} from "./api.js";
import {moveToBin, takeFromBin} from "./bin.js";
import {choose} from "./choose.js";
import {agreed, before, differing, putBack} from "./keep.js";
import {notify} from "./notice.js";
import {element, one, peopleOptions, priorityOptions, sentenceOf, statusOptions} from "./parts.js";
import {change, changeTask, known, page} from "./store.js";
import {language, say} from "./text.js";

/** @typedef {import("./api.js").Task} Task */
/** @typedef {import("./keep.js").Values} Values */
/** @typedef {{title: string, undo: () => Promise<unknown>}} Done */
/** @typedef {{task: Task, reason: string}} Failure */

const AT_ONCE = 4;

/** @type {HTMLElement|null} */
let bar = null;
let isRunning = false;

/** @param {Readonly<import("./store.js").State>} state */
export function drawBulk({chosen, byId, inBin}) {
    if (!chosen.size && !isRunning) {
        const hadFocus = bar?.contains(document.activeElement);
        bar?.remove();
        bar = null;
        if (hadFocus) one(document, ".list").focus();
        return;
    }
    const wanted = JSON.stringify([language(), inBin]);
    if (bar?.dataset.look !== wanted) {
        bar?.remove();
        bar = makeBar(inBin);
        bar.dataset.look = wanted;
        one(document, ".list").append(bar);
    }
    one(bar, ".count").textContent = say("page.chosen", {count: chosen.size});
    const labels = new Set([...chosen].flatMap((id) => byId.get(id)?.labels || []));
    bar.querySelector("datalist")?.replaceChildren(...[...labels].sort().map((label) => new Option(label)));
}

/** @param {boolean} inBin */
function makeBar(inBin) {
    const made = element("section", "bulk");
    made.setAttribute("aria-label", say("page.bulk"));
    const first = element("div", "first");
    const told = element("p");
    told.setAttribute("role", "status");
    told.append(element("span", "count"), element("span", "going"));
    first.append(told, button("page.choose_none", "none", () => choose([])));
    const fields = element("fieldset");
    const acts = inBin ? [button("page.restore", "restore", restoreAll)] : [
        chooser("status", "page.field.status", statusOptions(), (status) => setAll({status})),
        chooser("assignee_id", "page.field.assignee", peopleOptions(known().people), (id) => setAll({assignee_id: Number(id) || null})),
        chooser("priority", "page.field.priority", priorityOptions(), (priority) => setAll({priority})),
        ...dueParts(), ...labelParts(), button("page.delete", "delete", removeAll),
    ];
    fields.append(...acts);
    made.append(first, fields, element("div", "failures"));
    one(made, ".failures").setAttribute("role", "alert");
    return made;
}

/** @param {string} name @param {string} key @param {[string, string][]} options @param {(value: string) => void} act */
function chooser(name, key, options, act) {
    const select = /** @type {HTMLSelectElement} */ (element("select"));
    select.name = name;
    select.setAttribute("aria-label", say(key));
    // The first says what the list is for; nobody can be chosen, so that its value is none of theirs.
    select.append(new Option(say(key), "?"), ...options.map(([value, label]) => new Option(label, value)));
    select.addEventListener("change", () => {
        const {value} = select;
        select.value = "?";
        if (value !== "?") act(value);
    });
    return select;
}

/** @param {string} key @param {string} name @param {() => void} act */
function button(key, name, act) {
    const made = /** @type {HTMLButtonElement} */ (element("button", `quiet ${name}`, say(key)));
    made.type = "button";
    made.addEventListener("click", act);
    return made;
}

/** @param {string} type @param {string} name @param {string} key @param {() => void} act on Enter */
function input(type, name, key, act) {
    const made = /** @type {HTMLInputElement} */ (element("input"));
    Object.assign(made, {type, name, autocomplete: "off"});
    made.setAttribute("aria-label", say(key));
    made.addEventListener("keydown", (event) => event.key === "Enter" && act());
    return made;
}

function dueParts() {
    const act = () => setAll({due_on: day.value || null});
    const day = input("date", "due_on", "page.field.due_on", act);
    const both = element("span", "pair");
    both.append(day, button("page.bulk.set_due", "set-due", act));
    return [both];
}

function labelParts() {
    const add = () => label.value.trim() && run((task) => patch(task,
        {labels: [...task.labels.filter((each) => each !== label.value.trim()), label.value.trim()]}), "page.bulk.changed");
    const remove = () => label.value.trim() && run((task) => patch(task,
        {labels: task.labels.filter((each) => each !== label.value.trim())}), "page.bulk.changed");
    const label = input("text", "label", "page.filter.label", add);
    const list = element("datalist");
    label.maxLength = 50;
    label.placeholder = say("page.filter.label");
    list.id = "labels-of-chosen";
    label.setAttribute("list", list.id);
    const both = element("span", "pair");
    both.append(label, list, button("page.bulk.label_add", "add", add), button("page.bulk.label_remove", "remove", remove));
    return [both];
}

/** @param {Values} values */
function setAll(values) {
    return run((task) => patch(task, agreed(task, values)), "page.bulk.changed");
}

/** @param {Task} task @param {Values} values @returns {Promise<Done|null>} null: nothing to do */
async function patch(task, values) {
    const wanted = differing(task, values);
    if (!Object.keys(wanted).length) return null;
    // What gets no answer does not wait to be sent: the bar says that it is not changed, and the person decides.
    const {body} = await request("PATCH", `/api/tasks/${task.id}`, {...wanted, version: task.version});
    changeTask(body);
    const old = before(task, wanted);
    return {title: task.title, undo: async () => changeTask(await putBack(task.id, old))};
}

function removeAll() {
    return run(async ({id, title}) => {
        const undo = await moveToBin(id);
        if (known().openId === id) page.open(null);
        return {title, undo};
    }, "page.bulk.deleted");
}

function restoreAll() {
    return run(async ({id, title}) => ({title, undo: await takeFromBin(id)}), "page.bulk.restored");
}

/** @param {(task: Task) => Promise<Done|null>} act @param {string} sentence says how many were done */
async function run(act, sentence) {
    const {chosen, byId} = known();
    const tasks = [...chosen].flatMap((id) => byId.get(id) || []);
    if (isRunning || !tasks.length) return;
    isRunning = true;
    /** @type {Done[]} */
    const done = [];
    /** @type {Failure[]} */
    const failures = [];
    sayGoing(0, tasks.length);
    await some(tasks, async (task) => {
        const isDone = await act(task);
        if (isDone) done.push(isDone);
    }, (task, error) => failures.push({task, reason: reasonOf(error)}), (count) => sayGoing(count, tasks.length));
    isRunning = false;
    sayGoing(0, 0);
    sayFailures(failures);
    change(failures.length ? {chosen: new Set(failures.map(({task}) => task.id))} : {});
    if (known().openId) page.news();
    if (done.length) notify(say(sentence, {count: done.length}), () => undoAll(done));
}

/** Takes all back, each to what it was. @param {Done[]} done */
async function undoAll(done) {
    /** @type {Done[]} */
    const failures = [];
    await some(done, ({undo}) => undo(), (each) => failures.push(each), () => {});
    page.reload();
    if (known().openId) page.news();
    const sentences = [say("page.bulk.undone", {count: done.length - failures.length})];
    if (failures.length) sentences.push(say("page.bulk.not_undone", {titles: failures.map(({title}) => title).join(", ")}));
    return sentences.join(". ");
}

/**
 * A few at a time. Once the server cannot be reached, the rest is not tried.
 *
 * @template T
 * @param {T[]} all @param {(each: T) => Promise<unknown>} act
 * @param {(each: T, error: unknown) => void} failed @param {(count: number) => void} going
 */
async function some(all, act, failed, going) {
    let next = 0;
    let count = 0;
    /** @type {unknown} */
    let lost = null;
    const work = async () => {
        while (next < all.length) {
            const each = all[next++];
            try {
                if (lost) throw lost;
                await act(each);
            } catch (error) {
                if (!(error instanceof Problem || error instanceof Unreachable)) throw error;
                if (error instanceof Unreachable) lost = error;
                failed(each, error);
            }
            going(++count);
        }
    };
    await Promise.all(Array.from({length: AT_ONCE}, work));
}

/** @param {unknown} error */
function reasonOf(error) {
    if (error instanceof Problem && error.status === 412) return say("page.bulk.conflict");
    return (error instanceof Problem && error.body.errors?.[0]?.message) || sentenceOf(error);
}

/** @param {number} count @param {number} total */
function sayGoing(count, total) {
    if (!bar) return;
    for (const part of /** @type {NodeListOf<HTMLFieldSetElement|HTMLButtonElement>} */ (bar.querySelectorAll("fieldset, .none")))
        part.disabled = total > 0;
    const place = one(bar, ".going");
    if (!total) return place.replaceChildren();
    const line = /** @type {HTMLProgressElement} */ (element("progress"));
    line.max = total;
    line.value = count;
    line.setAttribute("aria-label", say("page.bulk"));
    place.replaceChildren(line, element("span", "", say("page.bulk.progress", {count, total})));
}

/** @param {Failure[]} failures */
function sayFailures(failures) {
    if (!bar) return;
    const list = element("ul");
    list.append(...failures.map(({task, reason}) => element("li", "", `${task.title}: ${reason}`)));
    one(bar, ".failures").replaceChildren(...(failures.length
        ? [element("p", "", say("page.bulk.failed", {count: failures.length})), list] : []));
}
