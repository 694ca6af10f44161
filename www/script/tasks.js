/** The page of tasks: puts the parts together and follows the address. */

import {ask, Problem, Unreachable, whenSignedOut} from "./api.js";
import {keptColumns} from "./columns.js";
import {drawCreate, startCreate} from "./create.js";
import {addressOf, drawFilters, readAddress, startFilters} from "./filters.js";
import {drawList, loadList, startList} from "./list.js";
import {startMenu} from "./menu.js";
import {one} from "./parts.js";
import {startReminder} from "./reminder.js";
import {askToSignIn} from "./return.js";
import {startShortcuts} from "./shortcut.js";
import {change, known, page, watch} from "./store.js";
import {say, speak} from "./text.js";

/** @typedef {import("./task.js").TaskView} TaskView */

/** @type {TaskView|null} */
let view = null;

/** Shows the task that the address names beside the list, or none. */
function followAddress() {
    const {filters, inBin, openId, layout, group} = readAddress();
    const before = {...known()};
    const isSameList = JSON.stringify([filters, inBin]) === JSON.stringify([before.filters, before.inBin]);
    change({filters, inBin, openId, layout, group});
    showTask(openId);
    if (!isSameList || !before.tasks) {
        // Rows of the bin and of the list do not stand for each other, even for a moment.
        if (inBin !== before.inBin) change({tasks: null, next: null});
        loadList();
    }
}

/** Shows a task beside the list, or none; what shows it is fetched with the first one. @param {number|null} id */
async function showTask(id) {
    if (view && view.id === id && !view.isClosed) return view.history.follow();
    const lastId = view ? view.id : null;
    if (view) view.leave();
    view = null;
    let made = null;
    if (id) {
        try {
            const {TaskView} = await import("./task.js");
            // The person may have moved on while it came.
            if (known().openId !== id || view) return;
            made = new TaskView(id, {close, closeAddress: addressOf(known().filters, known().inBin, null), reload: page.reload});
        } catch {
            change({trouble: say("page.unreachable")});
        }
    }
    view = made;
    const place = one(document, ".beside");
    place.hidden = !view;
    one(document, ".board").classList.toggle("has-task", Boolean(view));
    place.replaceChildren(...(view ? [view.root] : []));
    if (view) {
        view.root.focus({preventScroll: true});
    } else {
        document.title = `${say(known().inBin ? "page.bin" : "page.tasks")} · ${say("page.name")}`;
        if (lastId) /** @type {HTMLElement|null} */ (document.querySelector(`.tasks tr[data-id="${lastId}"] a`))?.focus();
    }
}

/** After trouble: the list anew, and the task that is still missing. */
function retry() {
    loadList();
    if (!view) showTask(known().openId);
}

/** @param {number|null} id */
function go(id) {
    follow(addressOf(known().filters, known().inBin, id));
}

/** @param {string} address */
function follow(address) {
    history.pushState(null, "", address);
    followAddress();
}

function close() {
    go(null);
}

async function start() {
    try {
        const [session, people] = await Promise.all([ask("GET", "/api/session"), ask("GET", "/api/users")]);
        if (!session.body.user) return askToSignIn();
        await speak(session.body.user.language);
        change({columns: keptColumns(), user: session.body.user, people: people.body.users.filter((/** @type {{is_disabled?: boolean}} */ person) => !person.is_disabled)});
    } catch (error) {
        if (error instanceof Problem && error.status === 401) return;
        return sayTrouble(error);
    }
    startMenu();
    startReminder(/** @type {import("./api.js").User} */ (known().user));
    page.open = go;
    page.follow = follow;
    page.reload = () => loadList();
    page.news = async () => view?.load();
    page.save = () => view?.saving.save();
    startFilters();
    startCreate(page.reload, go);
    startList(retry);
    startShortcuts();
    const keys = one(document, ".to-keys");
    keys.hidden = false;
    keys.addEventListener("click", async () => {
        /** @type {HTMLDetailsElement} */ (one(document, ".menu")).open = false;
        (await import("./keys-help.js")).showKeys();
    });
    watch(drawFilters);
    watch(drawCreate);
    watch(drawList);
    addEventListener("popstate", followAddress);
    addEventListener("pagehide", () => view && view.leave(true));
    for (const link of document.querySelectorAll("a.brand, a.to-list, a.to-bin, a.to-tasks, a.clear"))
        link.addEventListener("click", followLink);
    followAddress();
    // The list can be used without them.
    import("./views.js").then(({startViews}) => startViews()).catch(() => {});
    import("./offline.js").then(({startOffline}) => startOffline()).catch(() => {});
}

/** Links between views of this page need no new page. @param {Event} event */
function followLink(event) {
    const click = /** @type {MouseEvent} */ (event);
    if (click.ctrlKey || click.metaKey || click.shiftKey || click.button !== 0) return;
    event.preventDefault();
    /** @type {HTMLDetailsElement} */ (one(document, ".menu")).open = false;
    follow(/** @type {HTMLAnchorElement} */ (event.currentTarget).href);
}

/** The page could not even start: says so, with a way to try again. @param {unknown} error */
function sayTrouble(error) {
    if (!(error instanceof Problem || error instanceof Unreachable)) throw error;
    const line = one(document, ".list > .trouble");
    // Without a catalogue yet, the sentence written into the page has to do.
    if (error instanceof Problem) one(line, "span").textContent = error.message;
    line.hidden = false;
    one(line, "button").addEventListener("click", () => location.reload(), {once: true});
}

whenSignedOut(askToSignIn);
start();
