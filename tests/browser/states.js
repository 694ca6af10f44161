/**
 * Every page and state that `make screenshots` takes a picture of. A new one is a line here:
 *   name    of the file
 *   path    "{long}" and the like are numbers of the tasks that `seed` makes
 *   as      who looks: nobody unless said, "anna" (a member) or "min" (an administrator)
 *   until   a selector that is there once the page is drawn
 *   before  what the server is asked for before the page is opened
 *   act     what to do before the picture is taken
 *   tall    the window holds all of it: for what scrolls by itself
 *   options of the browser's page, such as {javaScriptEnabled: false}
 *
 * @typedef {import("playwright-core").Page} Page
 * @typedef {{url: string, ids: Record<string, number>, ask: (who: string, method: string, path: string, body?: object) => Promise<any>}} Site
 * @typedef {{name: string, path: string, as?: string, until?: string, tall?: boolean, options?: object,
 *   before?: (site: Site) => Promise<unknown>, act?: (page: Page, site: Site) => Promise<unknown>}} State
 */

import {PASSWORD} from "./site.js";

const LONG_WORD = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft";
const LONG_TITLE = `Bring ${LONG_WORD} back, `.padEnd(200, "and mind the stairs while carrying it up, ");
const LONG_KOREAN = "봄축제준비위원회정기총회회의자료최종검토및인쇄소전달일정조율그리고현수막도안확정".padEnd(200, "회의자료를한번더확인하고 ");
export const LONG_NAME = "Maximiliane Freifrau von Hohenlohe-Waldenburg-Schillingsfürst";


/** What the pictures need besides the demo. @param {Site["ask"]} ask @returns {Promise<Record<string, number>>} */
export async function seed(ask) {
    /** @param {object} fields */
    const make = async (fields) => (await ask("anna", "POST", "/api/tasks", fields)).id;
    const {users} = await ask("min", "GET", "/api/users");
    const id = (/** @type {string} */ name) => users.find((/** @type {{name: string}} */ user) => user.name.startsWith(name))?.id;
    await ask("min", "POST", "/api/invitations", {email: `${"a.rather.long.mailbox.".repeat(2)}name@community-association.example.org`, role: "member"});
    const ids = {
        long: await make({title: LONG_TITLE, description: `${LONG_KOREAN}\n\n${LONG_WORD}\n\n${"A paragraph of some length. ".repeat(12)}`,
            assignee_id: id("Tom"), priority: "urgent", due_on: "2026-01-31", labels: [LONG_WORD.slice(0, 50), "축제", "a", "b", "c"]}),
        korean: await make({title: LONG_KOREAN, assignee_id: id("Ji-woo"), labels: ["아주아주긴라벨이름이여기에있습니다", "회의"]}),
        conflict: await make({title: "Paint the fence", description: "Green, two coats.", assignee_id: id("Anna"), priority: "high"}),
        gone: await make({title: "Ask the neighbours about the ladder", assignee_id: id("Anna")}),
        log: await make({title: "Sweep the yard", assignee_id: id("Min")}),
    };
    await ask("anna", "DELETE", `/api/tasks/${ids.gone}`);
    for (const progress of [10, 40, 70])
        await ask("min", "PATCH", `/api/tasks/${ids.log}`, {progress, version: (await ask("min", "GET", `/api/tasks/${ids.log}`)).version});
    await ask("min", "POST", `/api/tasks/${ids.log}/comments`, {body: `The broom is behind the door.\n${LONG_WORD}`});
    return ids;
}

/** @param {string} path @param {object} body */
const answering = (path, body) => (/** @type {Page} */ page) => page.route(path, (route) => route.fulfill({json: body}));

/** Fills the fields of a form by name and sends it; {now} makes a value that nobody tried before. @param {string} form @param {Record<string, string>} fields */
function send(form, fields) {
    return async (/** @type {Page} */ page) => {
        for (const [name, value] of Object.entries(fields)) await page.locator(`${form} [name=${name}]`).fill(value.replace("{now}", String(Date.now())));
        const answered = page.waitForResponse((response) => response.request().method() === "POST");
        await page.locator(`${form} button:not([type=button])`).first().click();
        await answered;
        await page.waitForLoadState("networkidle");
    };
}

/** Somebody else changes the fields that are being edited. @param {Page} page @param {Site} site */
async function disagree(page, site) {
    const path = `/api/tasks/${site.ids.conflict}`;
    // Kept from being sent until the other edit is there.
    /** @type {() => void} */
    let go = () => {};
    const changed = new Promise((done) => { go = () => done(undefined); });
    await page.route(`**${path}`, async (route) => {
        if (route.request().method() === "PATCH") await changed;
        await route.continue();
    });
    const words = String(Date.now());
    await page.locator("form.edit [name=title]").fill(`Paint the fence and the gate ${words}`);
    await page.locator("form.edit [name=progress]").fill("60");
    const {version} = await site.ask("min", "GET", path);
    await site.ask("min", "PATCH", path, {title: `Paint the fence in April ${words}`, progress: words.endsWith("0") ? 20 : 30, version});
    await page.locator("form.edit button.primary").click();
    go();
    await page.locator("form.edit .choice").first().waitFor();
    await page.unroute(`**${path}`);
}

const openMenu = (/** @type {Page} */ page) => page.locator("details.menu summary").click();
const plain = {options: {javaScriptEnabled: false}};
const ROW = ".tasks tbody tr";
const DRAWN = ".history li";

/** @type {State[]} */
export const STATES = [
    {name: "sign-in", path: "/"},
    {name: "sign-in-wrong", path: "/", act: send("form.sign-in", {email: "anna-{now}@example.org", password: "not the one"})},
    {name: "register-wrong", path: "/", act: send("form.register", {name: " ", email: "nobody", password: "password"})},
    {name: "register-invited", path: "/#invite=abcdefgh"},
    {name: "forgot", path: "/forgot.html"},
    {name: "forgot-sent", path: "/forgot.html", act: send("form", {email: "nobody@example.org"})},
    {name: "reset", path: "/reset.html"},
    {name: "reset-wrong", path: "/reset.html", act: send("form", {token: "abc-{now}", new_password: "a new long password"})},
    {name: "verify", path: "/verify.html"},
    {name: "error", path: "/error.{language}.html"},
    {name: "signed-out", path: "/api/tasks"},
    {name: "404", path: "/api/nothing"},
    {name: "404-task", path: "/api/tasks/987654321", as: "anna"},
    {name: "403", path: "/api/invitations", as: "anna"},
    {name: "422", path: "/api/tasks?status=none&limit=0", as: "anna"},

    {name: "tasks", path: "/tasks.html", as: "anna", until: ROW},
    {name: "tasks-filtered", path: "/tasks.html?assignee=me&status=doing&sort=due", as: "anna", until: ROW},
    {name: "tasks-nothing-found", path: "/tasks.html?q=zzzz", as: "anna", until: ".empty:not([hidden])"},
    {name: "tasks-empty", path: "about:blank", as: "anna", act: async (page, site) => {
        await answering("**/api/tasks?*", {tasks: [], next: null})(page);
        await page.goto(`${site.url}/tasks.html`);
        await page.locator(".empty").waitFor();
    }},
    {name: "tasks-unreachable", path: "/tasks.html", as: "anna", until: ROW, act: async (page) => {
        await page.route("**/api/**", (route) => route.abort());
        await page.locator("form.filters [name=status]").selectOption("todo");
        await page.locator(".list > .trouble").waitFor();
    }},
    {name: "tasks-new", path: "/tasks.html", as: "anna", until: ROW, act: (page) => page.locator("form.new [name=title]").fill("Buy bread")},
    {name: "tasks-chosen", path: "/tasks.html", as: "anna", until: ROW, act: async (page) => {
        await page.locator(`${ROW} a`).first().focus();
        await page.keyboard.press("Control+a");
        await page.locator(".bulk").waitFor();
    }},
    {name: "tasks-columns", path: "/tasks.html", as: "anna", until: ROW, act: async (page) => {
        await page.locator(".to-columns").click();
        await page.locator(".menu-box.columns").waitFor();
    }},
    {name: "tasks-views", path: "/tasks.html?due=overdue", as: "anna", until: ROW, act: async (page, site) => {
        await site.ask("anna", "POST", "/api/views", {name: "Late", query: "due=overdue"});
        await site.ask("anna", "POST", "/api/views", {name: LONG_WORD.slice(0, 50), query: "assignee=me"});
        await page.reload();
        await page.locator(".views [aria-current]").waitFor();
    }},
    {name: "shortcuts", path: "/tasks.html", as: "anna", until: ROW, act: async (page) => {
        await page.keyboard.press("?");
        await page.locator("dialog.keys").waitFor();
    }},
    {name: "board", path: "/tasks.html?layout=board&group=status", as: "anna", until: ".card"},
    {name: "board-people", path: "/tasks.html?layout=board&group=assignee", as: "anna", until: ".card"},
    {name: "board-empty", path: "/tasks.html?layout=board&group=status&q=zzzz", as: "anna", until: ".empty:not([hidden])"},
    {name: "tasks-menu", path: "/tasks.html", as: "anna", until: ROW, act: openMenu},
    {name: "tasks-printed", path: "/tasks.html", as: "anna", until: ROW, act: (page) => page.emulateMedia({media: "print"})},
    {name: "unverified", path: "about:blank", as: "anna", act: async (page, site) => {
        const session = await site.ask("anna", "GET", "/api/session");
        await answering("**/api/session", {user: {...session.user, email_is_verified: false}})(page);
        await page.goto(`${site.url}/tasks.html`);
        await page.locator("form.reminder").waitFor();
    }},
    {name: "overview", path: "/overview.html", as: "anna", until: ".late:not([hidden])", tall: true},
    {name: "overview-year", path: "/overview.html?days=365", as: "min", until: ".late:not([hidden])", tall: true},
    {name: "tasks-waiting", path: "/tasks.html?task=1", as: "anna", until: DRAWN, act: async (page) => {
        await page.route("**/api/tasks/*", (route) => (route.request().method() === "GET" ? route.continue() : route.abort()));
        await page.locator("form.edit [name=priority]").selectOption("urgent");
        await page.locator(".offline details").evaluate((part) => (/** @type {HTMLDetailsElement} */ (part).open = true));
    }},
    {name: "plain-overview", path: "/api/overview/week", as: "anna", ...plain},
    {name: "plain-flow", path: "/api/overview/flow", as: "anna", ...plain},
    {name: "bin", path: "/tasks.html?bin=1", as: "anna", until: ROW},
    {name: "bin-nothing-found", path: "/tasks.html?bin=1&q=zzzz", as: "anna", until: ".empty:not([hidden])"},
    {name: "task", path: "/tasks.html?task=1", as: "anna", until: DRAWN, tall: true},
    {name: "task-log", path: "/tasks.html?task={log}", as: "anna", until: DRAWN, tall: true},
    {name: "task-long", path: "/tasks.html?task={long}", as: "anna", until: DRAWN, tall: true},
    {name: "task-conflict", path: "/tasks.html?task={conflict}", as: "anna", until: DRAWN, tall: true, act: disagree},
    {name: "task-gone", path: "/tasks.html?task=987654321", as: "anna", until: "article .trouble:not([hidden])"},
    {name: "task-printed", path: "/tasks.html?task={log}", as: "anna", until: DRAWN, tall: true, act: (page) => page.emulateMedia({media: "print"})},

    {name: "plain-tasks", path: "/api/tasks", as: "anna", ...plain},
    {name: "plain-nothing-found", path: "/api/tasks?q=zzzz", as: "anna", ...plain},
    {name: "plain-task", path: "/api/tasks/{log}", as: "anna", ...plain},
    {name: "plain-task-long", path: "/api/tasks/{long}", as: "anna", ...plain},

    {name: "settings", path: "/api/users/me", as: "anna"},
    {name: "settings-open", path: "/api/users/me", as: "anna", act: async (page) => {
        for (const summary of await page.locator("main summary").all()) await summary.click();
    }},
    {name: "settings-wrong", path: "/api/users/me", as: "anna", act: async (page) => {
        await page.locator("main form [name=name]").first().evaluate((/** @type {HTMLInputElement} */ input) => { input.required = false; });
        await send("main form", {name: " "})(page);
    }},
    {name: "factor", path: "/api/totp", as: "anna", before: async ({ask}) => {
        // One that an earlier picture began; that ends all sessions but the one that does it.
        if ((await ask("anna", "GET", "/api/totp")).state !== "off") await ask("anna", "POST", "/api/totp/remove", {password: PASSWORD});
    }},
    {name: "factor-begun", path: "/api/totp", as: "anna", act: async (page) => {
        if (await page.locator("main form [name=password]").count()) await send("main form", {password: PASSWORD})(page);
    }},
    {name: "tokens", path: "/api/tokens", as: "anna"},
    {name: "token-made", path: "/api/tokens", as: "anna", act: send("main form", {name: "Backup of the calendar"})},
    {name: "calendar", path: "/api/calendar", as: "anna", act: async (page, site) => {
        await site.ask("anna", "POST", "/api/calendar/delete"); // one that an earlier picture made
        await page.reload();
    }},
    {name: "calendar-made", path: "/api/calendar", as: "anna", act: send("main form", {})},
    {name: "calendar-there", path: "/api/calendar", as: "anna", act: async (page, site) => {
        await site.ask("anna", "POST", "/api/calendar");
        await page.reload();
    }},
    {name: "people", path: "/api/users", as: "anna"},
    {name: "people-administrator", path: "/api/users", as: "min"},
    {name: "people-delete", path: "/api/users", as: "min", act: (page) => page.locator(".people summary").first().click()},
    {name: "invitations", path: "/api/invitations", as: "min"},
    {name: "invitation-made", path: "/api/invitations", as: "min", act: send("main form", {email: "somebody@example.org"})},
];
