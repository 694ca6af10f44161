/**
 * What the page knows. Data flows one way: the API's answers come in through `change`, the views draw what they
 * are told, and what a person does goes back to the API.
 *
 * @typedef {import("./api.js").Task} Task
 * @typedef {{
 *   user: import("./api.js").User, people: import("./api.js").Person[],
 *   filters: Record<string, string>, inBin: boolean, openId: number|null,
 *   layout: "table"|"board", group: string, columns: string[],
 *   tasks: Task[]|null, byId: ReadonlyMap<number, Task>, chosen: ReadonlySet<number>,
 *   next: string|null, trouble: string|null, kept: string|null
 * }} State `kept`: when the list was got, where it is not of now
 */

/** @type {State} */
const state = {
    user: {id: 0, name: "", email: "", email_is_verified: true, email_pending: null, language: "en", role: "member"},
    people: [],
    filters: {},
    inBin: false,
    openId: null,
    layout: "table",
    group: "status",
    columns: [],
    tasks: null,
    byId: new Map(),
    chosen: new Set(),
    next: null,
    trouble: null,
    kept: null,
};

/** What the page does for its parts. */
export const page = {
    /** Opens a task beside the list, or none. @type {(id: number|null) => void} */
    open: () => {},
    /** Shows what an address of this page says. @type {(address: string) => void} */
    follow: () => {},
    /** Fetches the list anew, in its order. @type {() => void} */
    reload: () => {},
    /** What is shown of the open task may be old; settled once it is new. @type {() => Promise<void>} */
    news: async () => {},
    /** What is typed into the open task is sent once more. @type {() => void} */
    save: () => {},
    /** The server answered. @type {() => void} */
    reached: () => {},
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
    if (news.tasks !== undefined) {
        state.byId = new Map((news.tasks || []).map((task) => [task.id, task]));
        // What is not listed is not chosen: nothing is changed that one does not see.
        if (state.chosen.size) state.chosen = new Set([...state.chosen].filter((id) => state.byId.has(id)));
    }
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
