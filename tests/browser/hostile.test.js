/** What other people's pages and other people's words may try with somebody who is signed in, in a real browser. */

import assert from "node:assert/strict";
import {createServer} from "node:http";
import {after, before, test} from "node:test";
import {openPage, register, startSite, untilDrawn} from "./site.js";

const SETTLE_MS = 700;
const DRAW_MS = 200;

/**
 * Two addresses of the same hostile server: another site, whose requests carry no cookie of ours, and another port of our
 * own host, whose requests do, as cookies know no ports: there only our own look at the origin stands between.
 */
const HOSTS = ["localhost", "127.0.0.1"];

let site;
let server;
let served = "";
before(async () => {
    site = await startSite();
    server = createServer((_, response) => {
        response.setHeader("Content-Type", "text/html");
        response.end(`<!doctype html><title>hostile</title>${served}`);
    });
    await new Promise((done) => server.listen(0, done));
});
after(async () => {
    server?.close();
    await site?.stop();
});

/** A person signed in, and a tab of the hostile page in the same browser. */
async function visit(host, html) {
    const opened = await openPage(site);
    await register(site, opened.page, "Vic Tim");
    served = html;
    const hostile = await opened.context.newPage();
    await hostile.goto(`http://${host}:${server.address().port}/`);
    await hostile.waitForTimeout(SETTLE_MS);
    return {...opened, hostile};
}

/** What the API tells the person's own page. */
function ask(page, path) {
    return page.evaluate((address) => fetch(address, {headers: {Accept: "application/json"}}).then((answer) => answer.json()), path);
}

for (const host of HOSTS) {
    for (const type of ["application/x-www-form-urlencoded", "multipart/form-data", "text/plain"]) {
        test(`a form of ${host} that sends itself as ${type} makes no task`, async () => {
            const {page, hostile, context} = await visit(host, `
                <form method="post" action="${site.url}/api/tasks" enctype="${type}">
                    <input name="title" value="planted by a form"></form>
                <script>document.forms[0].submit()</script>`);
            assert.doesNotMatch((await ask(page, "/api/tasks?sort=created")).tasks.map((task) => task.title).join(), /planted/);
            assert.match(hostile.url(), /\/api\/tasks/, "the form was sent");
            await context.close();
        });
    }

    test(`a script of ${host} reads nothing and changes nothing`, async () => {
        const {page, hostile, context} = await visit(host, `<script>
            const tries = {
                read: () => fetch("${site.url}/api/tasks", {credentials: "include"}).then((answer) => answer.text()),
                me: () => fetch("${site.url}/api/session", {credentials: "include"}).then((answer) => answer.text()),
                json: () => fetch("${site.url}/api/tasks", {method: "POST", credentials: "include", body: '{"title":"planted as JSON"}',
                    headers: {"Content-Type": "application/json"}}),
                simple: () => fetch("${site.url}/api/tasks", {method: "POST", credentials: "include", mode: "no-cors",
                    body: new URLSearchParams({title: "planted simply"})}),
                patch: () => fetch("${site.url}/api/users/me", {method: "PATCH", credentials: "include",
                    body: '{"name":"planted"}', headers: {"Content-Type": "application/json"}}),
                leave: () => fetch("${site.url}/api/logout", {method: "POST", credentials: "include", mode: "no-cors"}),
            };
            window.results = {};
            for (const [name, attempt] of Object.entries(tries))
                attempt().then((answer) => results[name] = answer.type ?? answer, (error) => results[name] = error.name);
        </script>`);
        const results = await hostile.evaluate("results");
        assert.deepEqual({...results, simple: "", leave: ""},
            {read: "TypeError", me: "TypeError", json: "TypeError", simple: "", patch: "TypeError", leave: ""});
        const {tasks} = await ask(page, "/api/tasks?sort=created");
        assert.doesNotMatch(tasks.map((task) => task.title).join(), /planted/);
        const {user} = await ask(page, "/api/session");
        assert.equal(user.name, "Vic Tim", "still signed in, under her own name");
        await context.close();
    });

    test(`pages and answers are neither framed nor embedded by ${host}`, async () => {
        const [style] = /** @type {RegExpMatchArray} */ ((await (await fetch(site.url)).text()).match(/\/style\/[\w-]+\.css/));
        const {hostile, context} = await visit(host, `
            <iframe src="${site.url}/"></iframe><iframe src="${site.url}/tasks.html"></iframe><iframe src="${site.url}/api/tasks"></iframe>
            <iframe src="${site.url}/api/users/me"></iframe><object data="${site.url}/tasks.html"></object>
            <script>window.loaded = [];</script>
            <script src="${site.url}/api/tasks" onload="loaded.push('script')"></script>
            <img src="${site.url}/favicon.svg" onload="loaded.push('image')">
            <link rel="stylesheet" href="${site.url}${style}" onload="loaded.push('style')">`);
        for (const frame of hostile.frames().slice(1)) {
            assert.doesNotMatch(await frame.content(), /Pumasi|Vic Tim/);
            assert.match(frame.url(), /^(chrome-error:|about:blank)/);
        }
        assert.ok(hostile.frames().length > 4);
        assert.deepEqual(await hostile.evaluate("loaded"), []);
        await context.close();
    });

    test(`a window that ${host} opens is out of its reach`, async () => {
        const opened = await visit(host, `<button>open</button><script>
            document.querySelector("button").onclick = () => { window.other = open("${site.url}/tasks.html"); };</script>`);
        const {hostile, context} = opened;
        const [popup] = await Promise.all([context.waitForEvent("page"), hostile.locator("button").click()]);
        await popup.waitForLoadState();
        await untilDrawn(popup);
        assert.equal(await hostile.evaluate("other.closed"), true, "cut off");
        assert.equal(await popup.evaluate("window.opener"), null);
        await context.close();
    });

    test(`links and pictures of ${host} that point at changes do nothing`, async () => {
        const {page, hostile, context} = await visit(host, ["/api/logout", "/api/tasks/1/delete", "/api/tasks/1/restore", "/api/users/me?name=planted"]
            .map((path) => `<img src="${site.url}${path}"><a href="${site.url}${path}">follow</a>`).join(""));
        for (let i = 0; i < 4; i++) {
            served = hostile.url();
            const address = await hostile.locator("a").nth(i).getAttribute("href");
            const tab = await context.newPage();
            await tab.goto(address);
            await tab.close();
        }
        assert.equal((await ask(page, "/api/session")).user.name, "Vic Tim");
        assert.equal(await page.evaluate(() => fetch("/api/tasks/1").then((answer) => answer.status)), 200);
        await context.close();
    });

    test(`${host} cannot sign somebody in as somebody else`, async () => {
        const {page, check, context} = await openPage(site, {}, [403]);
        const other = await register(site, page, "Att Acker");
        await context.clearCookies();
        served = `<form method="post" action="${site.url}/api/login"><input name="email" value="${other.email}">
            <input name="password" value="${other.password}"></form><script>document.forms[0].submit()</script>`;
        await page.goto(`http://${host}:${server.address().port}/`);
        await page.waitForURL(/api\/login/);
        assert.deepEqual(await context.cookies(site.url), []);
        await check();
    });
}

const MARKUP = [
    `<script>window.owned=1</script>`,
    `<img src=x onerror="window.owned=1">`,
    `"><svg onload=window.owned=1>`,
    `' autofocus onfocus='window.owned=1`,
    `</title></textarea></script><script>window.owned=1</script>`,
    `javascript:window.owned=1//`,
    `{{constructor.constructor('window.owned=1')()}}`,
    `<a href="javascript:window.owned=1">x</a>`,
    `&lt;script&gt;window.owned=1&lt;/script&gt;`,
    `[x](javascript:window.owned=1) ![x](javascript:window.owned=1) <javascript:window.owned=1>`,
    `[x](&#106;avascript:window.owned=1) [x](JAVASCRIPT&colon;window.owned=1) [x](data:text/html,<script>)`,
    `[x](https://a.example/"onfocus="window.owned=1) https://a.example/"onfocus="window.owned=1`,
    "```\"><script>window.owned=1</script>",
];

test("markup in names, titles, descriptions, labels and comments is text on every page", async () => {
    const {page, check} = await openPage(site);
    await register(site, page, MARKUP[1].slice(0, 100));
    const ids = await page.evaluate(async (texts) => {
        const send = (method, path, body) => fetch(path, {method, body: JSON.stringify(body),
            headers: {"Content-Type": "application/json", "Accept": "application/json"}}).then((answer) => (answer.ok ? answer.json() : Promise.reject(new Error(`${path}: ${answer.status}`))));
        const {user} = await send("PATCH", "/api/users/me", {name: texts[2]}).then(() => fetch("/api/session")).then((answer) => answer.json());
        const made = [];
        for (const text of texts) {
            const task = await send("POST", "/api/tasks", {title: text, description: `${text}\n${text}`, labels: [text.slice(0, 50)], assignee_id: user.id, due_on: "2026-01-01"});
            await send("POST", "/api/views", {name: text.slice(0, 50), query: `q=${encodeURIComponent(text.slice(0, 50))}`});
            await send("POST", `/api/tasks/${task.id}/comments`, {body: text});
            await send("PATCH", `/api/tasks/${task.id}`, {version: task.version, title: `${text} `.slice(0, 200) + "2", description: `${text}\nchanged ${text}`});
            made.push(task.id);
        }
        return made;
    }, MARKUP);
    page.on("dialog", () => assert.fail("a dialog"));
    const pages = ["/tasks.html", "/overview.html", "/api/overview/week", "/api/overview/people", "/api/tasks", "/api/users/me", `/api/tasks?q=${encodeURIComponent(MARKUP[2])}`, `/tasks.html?q=${encodeURIComponent(MARKUP[1])}`,
        ...ids.flatMap((id) => [`/tasks.html?task=${id}`, `/tasks.html#${id}`, `/api/tasks/${id}`, `/api/tasks/${id}/log`])];
    for (const path of pages) {
        await page.goto(site.url + path, {waitUntil: "load"});
        await page.waitForTimeout(DRAW_MS);
        assert.equal(await page.evaluate("window.owned"), undefined, path);
        assert.equal(await page.locator("[onerror], [onload], [onfocus], a[href^='javascript:'], svg[onload]").count(), 0, path);
    }
    await page.goto(`${site.url}/api/tasks`);
    for (const text of MARKUP) assert.ok((await page.locator("body").innerText()).includes(text), text);
    await check();
});

test("the cookie is the browser's alone, never taken over from before, and nothing once signed out", async () => {
    const {page, context, check} = await openPage(site, {}, [401]);
    await context.addCookies([{name: "session", value: "A".repeat(43), url: site.url}]);
    await register(site, page, "Coo Kie");
    const [cookie] = await context.cookies(site.url);
    assert.equal(await page.evaluate("document.cookie"), "");
    assert.deepEqual({name: cookie.name, httpOnly: cookie.httpOnly, sameSite: cookie.sameSite, path: cookie.path, domain: cookie.domain},
        {name: "session", httpOnly: true, sameSite: "Lax", path: "/", domain: "127.0.0.1"});
    assert.notEqual(cookie.value, "A".repeat(43));
    assert.ok(cookie.value.length >= 43, "256 bits");
    assert.equal(await page.evaluate(() => fetch("/api/logout", {method: "POST"}).then((answer) => answer.ok)), true);
    assert.deepEqual(await context.cookies(site.url), []);
    await context.addCookies([cookie]);
    assert.equal(await page.evaluate(() => fetch("/api/tasks").then((answer) => answer.status)), 401, "the old cookie");
    await check();
});
