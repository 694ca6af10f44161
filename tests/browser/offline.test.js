/** Without a connection: the last list is there, what one changes waits, and is sent with its conflicts seen. */

import assert from "node:assert/strict";
import net from "node:net";
import {after, afterEach, before, test} from "node:test";
import {openPage, register, startSite, untilDrawn} from "./site.js";

/** A way to the server that can be cut, as a network is. */
async function startWire(port) {
    const pipes = new Set();
    let server;
    const join = () => new Promise((done) => {
        server = net.createServer((client) => {
            const inner = net.connect(port, "127.0.0.1");
            for (const end of [client, inner]) {
                pipes.add(end);
                end.on("error", () => {});
                end.on("close", () => pipes.delete(end));
            }
            client.pipe(inner).pipe(client);
        });
        server.listen(wire.port, "127.0.0.1", () => {
            wire.port = server.address().port;
            wire.isWhole = true;
            done();
        });
    });
    const cut = () => new Promise((done) => {
        wire.isWhole = false;
        server.close(done);
        for (const end of pipes) end.destroy();
    });
    const wire = {port: 0, isWhole: false, join, cut};
    await join();
    return wire;
}

let site;
let wire;
before(async () => {
    site = await startSite();
    wire = await startWire(Number(new URL(site.url).port));
});
afterEach(() => wire.isWhole || wire.join());
after(async () => {
    await wire?.cut();
    await site?.stop();
});

/** A page that comes by the wire; what fails while it is cut is said in the console by the browser itself. */
async function openWired(options = {}) {
    const opened = await openPage({...site, url: `http://127.0.0.1:${wire.port}`}, {serviceWorkers: "allow", ...options}, [412, 502, 503, 504]);
    const wired = {...site, url: `http://127.0.0.1:${wire.port}`};
    return {...opened, wired};
}

/** The second visit is the first that its worker watches over. */
async function untilWatched(page) {
    await page.evaluate(() => navigator.serviceWorker.ready);
    await page.reload();
    await untilDrawn(page);
    await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
    await page.waitForTimeout(500);
}

async function create(page, title) {
    await page.locator("form.new [name=title]").fill(title);
    await page.locator("form.new button.primary").click();
    await page.locator("tbody a", {hasText: title}).waitFor();
}

const WORDS = {
    en: {offline: /No connection\./, waits: /1 change waits/, what: /Change of #\d+: Water the plants en · Priority: Urgent/, sent: /The change that waited is saved/},
    ko: {offline: /연결이 끊겼어요\./, waits: /변경 1개/, what: /#\d+ 변경: Water the plants ko · 중요도: 긴급/, sent: /기다리던 변경을 저장했어요/},
};

for (const [language, locale, width] of [["en", "en-GB", 1280], ["ko", "ko-KR", 360]])
    test(`the last list can be read and an edit waits (${language}, ${width})`, async () => {
        const {page, context, wired} = await openWired({locale, viewport: {width, height: 800}});
        await register(wired, page, "Ona Line");
        await create(page, `Water the plants ${language}`);
        await page.locator("tbody a", {hasText: `Water the plants ${language}`}).click();
        await page.locator("form.edit [name=title]").waitFor();
        await untilWatched(page);
        await wire.cut();
        await page.reload();
        await page.locator(".offline", {hasText: WORDS[language].offline}).waitFor();
        await page.locator("tbody a", {hasText: `Water the plants ${language}`}).waitFor();
        await page.locator("form.edit [name=priority]").selectOption("urgent");
        await page.locator(".offline", {hasText: WORDS[language].waits}).waitFor();
        await page.locator("tbody tr", {hasText: `Water the plants ${language}`}).locator(".weight-urgent").waitFor({state: "attached"});
        await page.reload();
        await page.locator(".offline", {hasText: WORDS[language].waits}).waitFor();
        await page.locator(".offline li", {hasText: WORDS[language].what}).waitFor({state: "attached"});
        await wire.join();
        await page.evaluate(() => dispatchEvent(new Event("online")));
        await page.locator(".notice", {hasText: WORDS[language].sent}).waitFor();
        await page.locator(".offline").waitFor({state: "hidden"});
        const answer = await page.request.get(`${site.url}/api/tasks?q=plants`, {headers: {Accept: "application/json"}});
        assert.equal((await answer.json()).tasks.find((task) => task.title.endsWith(language)).priority, "urgent");
        await context.close();
    });

test("a task and a comment made without a connection are made once", async () => {
    const {page, context, wired} = await openWired();
    await register(wired, page, "Ola Once");
    await create(page, "Ask about the hall");
    await page.locator("tbody a", {hasText: "Ask about the hall"}).click();
    await page.locator("form.comment textarea").waitFor();
    await untilWatched(page);
    await wire.cut();
    await page.locator("form.comment textarea").fill("They call back tomorrow");
    await page.locator("form.comment button").click();
    await page.locator(".offline summary").click();
    await page.locator(".offline li", {hasText: "They call back tomorrow"}).waitFor();
    await page.locator("form.new [name=title]").fill("Bring the key back");
    await page.locator("form.new button.primary").click();
    await page.locator(".offline li", {hasText: "Bring the key back"}).waitFor();
    await wire.join();
    await page.evaluate(() => dispatchEvent(new Event("online")));
    await page.locator(".offline").waitFor({state: "hidden"});
    await page.locator(".history").getByText("They call back tomorrow").waitFor();
    await page.locator("tbody a", {hasText: "Bring the key back"}).waitFor();
    assert.equal(await page.locator("tbody a", {hasText: "Bring the key back"}).count(), 1);
    await context.close();
});

test("what somebody else changed meanwhile is a conflict that is seen", async () => {
    const {page, context, wired} = await openWired();
    await register(wired, page, "Oda Away");
    await create(page, "Choose a colour");
    await page.locator("tbody a", {hasText: "Choose a colour"}).click();
    await page.locator("form.edit [name=title]").waitFor();
    await untilWatched(page);
    await wire.cut();
    await page.locator("form.edit [name=title]").fill("Choose blue");
    await page.locator("form.edit button.primary").click();
    await page.locator(".offline", {hasText: WORDS.en.waits}).waitFor();

    const other = await openPage(site);
    await register(site, other.page, "Otis Here");
    await other.page.locator("tbody a", {hasText: "Choose a colour"}).click();
    await other.page.locator("form.edit [name=title]").fill("Choose green");
    await other.page.locator("form.edit button.primary").click();
    await other.page.locator("tbody a", {hasText: "Choose green"}).waitFor();
    await other.check();

    await wire.join();
    await page.evaluate(() => dispatchEvent(new Event("online")));
    await page.locator("form.edit .choice").waitFor();
    assert.match(await page.locator("form.edit .choice").innerText(), /Choose green/);
    assert.equal(await page.locator("form.edit [name=title]").inputValue(), "Choose blue");
    await context.close();
});

test("nothing of a person stays on the device when she signs out", async () => {
    const {page, context, wired} = await openWired();
    await register(wired, page, "Olga Out");
    await create(page, "A plan of my own");
    await untilWatched(page);
    assert.ok(await page.evaluate(async () => (await caches.keys()).includes("answers")));
    await page.locator("details.menu summary").click();
    await page.locator(".menu form[action$=logout] button").click();
    await page.locator("form.sign-in").waitFor();
    await page.waitForFunction(async () => !(await caches.keys()).includes("answers"));
    await context.close();
});
