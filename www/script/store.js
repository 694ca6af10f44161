/**
 * What the page knows. Data flows one way: the API's answers come in through `change`, the views draw what they
 * are told, and what a person does goes back to the API.
 *
 * @typedef {import("./api.js").Task} Task
 * @typedef {{
 *   user: import("./api.js").User, people: import("./api.js").Person[],
 *   filters: Record<string, string>, inBin: boolean, openId: number|null,
 *   tasks: Task[]|null, next: string|null, trouble: string|null
 * }} State
 */

/** @type {State} */
const state = {
    user: {id: 0, name: "", email: "", email_is_verified: true, email_pending: null, language: "en", role: "member"},
    people: [],
    filters: {},
    inBin: false,
    openId: null,
    tasks: null,
    next: null,
    trouble: null,
};

/** @type {((state: Readonly<State>) => void)[]} */
const watchers = [];

/** @returns {Readonly<State>} */
export function known() {
    return state;
}

/** Calls the view now and after each change. @param {(state: Readonly<State>) => void} draw */
export function watch(draw) {
    watchers.push(draw);
    draw(state);
}

/** @param {Partial<State>} news */
export function change(news) {
    Object.assign(state, news);
    for (const draw of watchers) draw(state);
}

/** Puts a task's new state into the list, where it is shown. @param {Task} task */
export function changeTask(task) {
    if (state.tasks) change({tasks: state.tasks.map((old) => (old.id === task.id ? task : old))});
}

/** @param {number} id */
export function dropTask(id) {
    if (state.tasks) change({tasks: state.tasks.filter((task) => task.id !== id)});
}
