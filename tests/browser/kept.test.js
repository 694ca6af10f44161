/** What a browser keeps of a person: the cookie, and what she works with, while she is signed in, and nothing afterwards; and how it may fill passwords in. */

import assert from "node:assert/strict";
import {after, before, test} from "node:test";
import {openPage, PASSWORD, register, startSite, untilDrawn} from "./site.js";

const SECRET = "Bring the squeamish ossifrage";

let site;
before(async () => {
    site = await startSite();
});
after(() => site?.stop());

/** Makes a task and looks at all pages that show something of somebody. */
async function work(page) {
    await page.locator("form.new [name=title]").fill(SECRET);
    await page.locator("form.new button.primary").click();
    await page.locator(".notice").getByRole("button", {name: "Open"}).click();
    await page.locator("form.edit [name=description]").fill("until Friday");
    await page.locator("form.edit .primary").click();
    await page.locator(".history li").nth(1).waitFor();
}

/** All that a page can store. */
function stored(page) {
    return page.evaluate(async () => ({
        local: Object.keys(localStorage), session: Object.keys(sessionStorage), cookie: document.cookie,
        databases: (await indexedDB.databases()).length, caches: (await caches.keys()).length,
        workers: (await navigator.serviceWorker.getRegistrations()).length, name: window.name,
    }));
}

const NOTHING = {local: [], session: [], cookie: "", databases: 0, caches: 0, workers: 0, name: ""};

/** What the browser's cache would give without asking the server; null where it has nothing. */
function cached(page, path) {
    return page.evaluate((address) => fetch(address, {cache: "only-if-cached", mode: "same-origin", headers: {Accept: "application/json"}})
        .then((answer) => (answer.ok ? answer.text() : null), () => null), path);
}

test("pages store what is worked with, for when there is no connection, and nothing secret or personal", async () => {
    const {page, context, check} = await openPage(site, {serviceWorkers: "allow"});
    const person = await register(site, page, "Sto Red");
    await work(page);
    for (const path of ["/tasks.html", "/overview.html", "/api/tasks", "/api/users/me", "/api/users", "/api/totp", "/api/tokens", "/api/calendar", "/api/sessions"])
        await page.goto(site.url + path);
    await page.goto(`${site.url}/tasks.html`);
    await untilDrawn(page);
    await page.waitForTimeout(500);
    // One's own typing is kept until the server has it, which it has.
    assert.deepEqual(await stored(page), {...NOTHING, caches: 2, workers: 1});
    const answers = await page.evaluate(async () => {
        const cache = await caches.open("answers");
        const found = {};
        for (const request of await cache.keys()) found[new URL(request.url).pathname] = await (await cache.match(request)).text();
        return found;
    });
    for (const path of Object.keys(answers)) assert.match(path, /^\/api\/(session|users|views|tasks|tasks\/\d+|tasks\/\d+\/(log|watch))$/);
    assert.ok(answers["/api/tasks"].includes(SECRET));
    const all = JSON.stringify(answers);
    assert.doesNotMatch(all, new RegExp(`${person.email}|token|password|secret_|recovery`));
    assert.deepEqual((await context.cookies()).map((cookie) => cookie.name), ["session"]);
    const [cookie] = await context.cookies();
    assert.doesNotMatch(decodeURIComponent(cookie.value), new RegExp(`${person.email}|${person.name}`));
    await check();
});

test("what was shown is gone once signed out: from the page, from behind it and from the cache", async () => {
    const {page, context} = await openPage(site);
    await register(site, page, "Gone Person");
    await work(page);
    const list = (await page.evaluate(() => performance.getEntriesByType("resource").map((entry) => entry.name)))
        .findLast((name) => new URL(name).pathname === "/api/tasks");
    assert.match(await cached(page, list), new RegExp(SECRET), "while one is signed in the list is kept, to be asked for anew");
    assert.equal(await cached(page, "/api/session"), null, "one's address is not");
    await page.goto(`${site.url}/api/users/me`);
    await page.goto(`${site.url}/tasks.html`);
    await untilDrawn(page);
    await page.locator("tbody a", {hasText: SECRET}).first().waitFor();
    await page.locator("details.menu summary").click();
    await page.locator(".menu form[action$=logout] button").click();
    await page.locator("form.sign-in").waitFor();
    assert.equal(await cached(page, list), null);
    for (let i = 0; i < 3; i++) {
        await page.goBack();
        await page.waitForTimeout(300);
        await page.locator("form.sign-in").waitFor();
        assert.doesNotMatch(await page.content(), new RegExp(SECRET));
    }
    // Where she looked last is known to this tab, so that she is there again once signed in: an address, and no word of it.
    assert.deepEqual({...await stored(page), session: []}, NOTHING);
    assert.match(await page.evaluate(() => JSON.stringify({...sessionStorage})), /^\{("return":"[\w?=&]*")?\}$/);
    await context.close();
});

test("who signs out without a connection leaves nothing on the screen, and is told that she is still signed in", async () => {
    const {page, context} = await openPage(site);
    await register(site, page, "Off Line");
    await work(page);
    await page.route("**/api/logout", (route) => route.abort());
    await page.locator("details.menu summary").click();
    await page.locator(".menu form[action$=logout] button").click();
    await page.getByText("still signed in").waitFor();
    assert.doesNotMatch(await page.locator("body").innerHTML(), new RegExp(`${SECRET}|Off Line`));
    await page.unroute("**/api/logout");
    await page.getByRole("button", {name: "Sign out"}).click();
    await page.locator("form.sign-in").waitFor();
    assert.deepEqual(await context.cookies(), []);
    await context.close();
});

/** Every field for a password, on every page that has one. */
async function passwordFields(page, path) {
    await page.goto(site.url + path);
    return page.locator("input[name*=password]").evaluateAll((inputs) => inputs.map((input) =>
        ({type: input.type, autocomplete: input.autocomplete, isOpen: !input.readOnly && !input.disabled, onpaste: input.hasAttribute("onpaste")})));
}

for (const javaScriptEnabled of [true, false]) {
    test(`passwords are masked, and are the password manager's to fill in, ${javaScriptEnabled ? "with" : "without"} JavaScript`, async () => {
        const {page, check} = await openPage(site, {javaScriptEnabled});
        const look = async (path, count) => {
            const fields = await passwordFields(page, path);
            assert.equal(fields.length, count, path);
            for (const field of fields) {
                assert.equal(field.type, "password", path);
                assert.match(field.autocomplete, /^(current|new)-password$/, path);
                assert.deepEqual([field.isOpen, field.onpaste], [true, false], path);
            }
        };
        await look("/", 2);
        await look("/reset.html", 1);
        const masked = {email: `masked${javaScriptEnabled}${process.pid}@example.org`, name: "Mas Ked", password: PASSWORD};
        for (const path of ["register", "login"]) await page.request.post(`${site.url}/api/${path}`, {data: masked, headers: {Origin: site.url, Accept: "application/json"}});
        await look("/api/users/me", 4);
        await look("/api/totp", 1);
        await check();
    });
}

test("a password can be pasted, on the first page and in the settings", async () => {
    const {page, context, check} = await openPage(site);
    await context.grantPermissions(["clipboard-read", "clipboard-write"], {origin: site.url});
    await page.goto(site.url);
    const paste = async (locator) => {
        await page.evaluate(() => navigator.clipboard.writeText("pasted 비밀번호 2026"));
        await locator.focus();
        await page.keyboard.press("Control+V");
        assert.equal(await locator.inputValue(), "pasted 비밀번호 2026");
    };
    for (const form of ["sign-in", "register"]) await paste(page.locator(`form.${form} [name=password]`));
    await register(site, page, "Pas Ted");
    await page.goto(`${site.url}/api/users/me`);
    await page.locator("details.fold summary").first().click();
    for (const name of ["current_password", "new_password"]) await paste(page.locator(`details.fold[open] [name=${name}]`));
    await check();
});

test("names and values that objects of JavaScript have already stay names and values", async () => {
    const {page, context} = await openPage(site);
    await register(site, page, "__proto__");
    const names = ["__proto__", "constructor", "hasOwnProperty", "toString"];
    const before = await page.evaluate(() => Object.getOwnPropertyNames(Object.prototype).sort());
    for (const name of names) {
        await page.locator("form.new [name=title]").fill(name);
        await page.locator("form.new summary").click();
        await page.locator("form.new [name=labels]").fill(names.join(", "));
        await page.locator("form.new button.primary").click();
        await page.locator("tbody a", {hasText: name}).first().waitFor();
    }
    for (const query of ["__proto__[polluted]=1&__proto__=1&constructor=1", "q=__proto__&label=constructor&status=__proto__&sort=toString&assignee=constructor", "task=__proto__"]) {
        await page.goto(`${site.url}/tasks.html?${query}#__proto__[polluted]=1`);
        await untilDrawn(page);
        assert.deepEqual(await page.evaluate(() => [Object.getOwnPropertyNames(Object.prototype).sort(), "polluted" in {}]), [before, false], query);
    }
    await page.goto(`${site.url}/tasks.html`);
    await page.locator("tbody a", {hasText: "__proto__"}).first().click();
    await page.locator("form.edit [name=labels]").waitFor();
    assert.deepEqual((await page.locator("form.edit [name=labels]").inputValue()).split(", ").sort(), [...names].sort());
    await page.locator("form.edit [name=title]").fill("__proto__ constructor");
    await page.locator("form.edit .primary").click();
    await page.locator(".history li", {hasText: "__proto__ constructor"}).first().waitFor();
    assert.deepEqual(await page.evaluate(() => Object.getOwnPropertyNames(Object.prototype).sort()), before);
    // An answer that says so itself, as a broken proxy might.
    await page.route("**/api/tasks/*", (route) => route.fulfill({contentType: "application/json", body:
        '{"__proto__":{"polluted":1},"id":1,"title":"x","constructor":{"prototype":{"polluted":1}},"labels":[],"status":"todo","progress":0,"priority":"normal","assignee":null,"creator":{"id":1,"name":"x"},"due_on":null,"description":"","version":1,"watch":null,"watchers":[],"created_at":"2026-01-01T00:00:00Z","updated_at":"2026-01-01T00:00:00Z"}'}));
    await page.reload();
    await untilDrawn(page);
    assert.equal(await page.evaluate(() => "polluted" in {}), false);
    await context.close();
});
