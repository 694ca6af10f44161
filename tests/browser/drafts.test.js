/** Nothing typed is ever lost: what is not kept by the server yet outlives reloads, crashes and the end of a session. */

import assert from "node:assert/strict";
import {after, before, test} from "node:test";
import {LOOKS, assertLooksRight, nameOf, options} from "./looks.js";
import {openPage, register, send, startSite, untilDrawn} from "./site.js";

const TYPED = "The ladder is behind the shed.\nBring gloves.";
/** Longer than a text rests before it is written. */
const REST_MS = 600;

const WORDS = {
    en: {line: /^Your text from \d\d:\d\d is here\.$/, keep: "Keep it", discard: "Discard it", undo: "Undo", saved: "Saved."},
    ko: {line: /^\d\d:\d\d에 쓰던 글이 여기 있어요\.$/, keep: "그대로 쓰기", discard: "버리기", undo: "되돌리기", saved: "저장했어요."},
};

let site;
before(async () => {
    site = await startSite();
});
after(() => site?.stop());

const makeTask = (page, title, more = {}) => send(page, "POST", "/api/tasks", {title, ...more});
const description = (page) => page.locator("form.edit [name=description]");
const savedDescription = async (page, id) => (await send(page, "GET", `/api/tasks/${id}`)).description;
const openTask = async (page, id) => {
    await page.goto(`${site.url}/tasks.html?task=${id}`);
    await page.locator("form.edit [name=title]").waitFor();
};

/** The page's process dies at once: nothing of ours runs any more. The browser and what it stores stay. */
async function crash(context, page) {
    const session = await context.newCDPSession(page);
    const crashed = new Promise((done) => page.once("crash", done));
    session.send("Page.crash").catch(() => {});
    await crashed;
    return context.newPage();
}

for (const look of LOOKS) {
    test(`texts of a task, a comment and a new task come back after a crash: ${nameOf(look)}`, async () => {
        const words = WORDS[look.locale.slice(0, 2)];
        const {page, context} = await openPage(site, options(look));
        await register(site, page, "Cora Crash");
        const {id} = await makeTask(page, `Fetch the ladder, ${nameOf(look)}`);
        await openTask(page, id);
        await page.locator("form.comment textarea").fill("Half a sent");
        if (look.width > 1000) await page.locator("form.new [name=title]").fill("Buy a lad");
        await description(page).fill(TYPED);
        await page.waitForTimeout(REST_MS);
        const next = await crash(context, page);
        await openTask(next, id);
        assert.equal(await description(next).inputValue(), TYPED);
        assert.equal(await next.locator("form.comment textarea").inputValue(), "Half a sent");
        await next.locator("form.edit .draft").getByText(words.line).waitFor();
        await next.locator("form.comment .draft").getByText(words.line).waitFor();
        assert.equal(await savedDescription(next, id), "", "nothing is kept without being asked");
        await assertLooksRight(next, "draft", look);
        await next.locator("form.edit .draft").getByRole("button", {name: words.keep}).click();
        await next.locator("form.edit .draft").waitFor({state: "detached"});
        await next.locator("form.edit .kept").getByText(words.saved).waitFor();
        assert.equal(await savedDescription(next, id), TYPED);
        await next.reload();
        await next.locator("form.comment .draft").waitFor();
        assert.equal(await next.locator("form.edit .draft").count(), 0, "what is kept is no draft any more");
        await next.locator(".close").click();
        if (look.width > 1000) {
            assert.equal(await next.locator("form.new [name=title]").inputValue(), "Buy a lad");
            await assertLooksRight(next, "draft-new", look);
            await next.locator("form.new .draft").getByRole("button", {name: words.discard}).click();
            assert.equal(await next.locator("form.new [name=title]").inputValue(), "");
            await next.locator(".notice").getByRole("button", {name: words.undo}).click();
            assert.equal(await next.locator("form.new [name=title]").inputValue(), "Buy a lad");
        }
        await context.close();
    });
}

test("a draft is discarded, and brought back by undo, with the keyboard alone", async () => {
    const {page, check} = await openPage(site);
    await register(site, page, "Dis Card");
    const {id} = await makeTask(page, "Sort the screws", {description: "By size"});
    await openTask(page, id);
    await page.locator("form.edit [name=title]").focus();
    await page.keyboard.press("End");
    await page.keyboard.type(" and nails");
    await page.waitForTimeout(REST_MS);
    await page.route("**/api/tasks/*", (route) => (route.request().method() === "PATCH" ? route.abort() : route.continue()));
    page.removeAllListeners("console"); // the lost request
    await page.reload();
    const title = page.locator("form.edit [name=title]");
    await page.locator("form.edit .draft").waitFor();
    await page.unroute("**/api/tasks/*");
    await page.locator("form.edit .draft").getByRole("button", {name: "Discard it"}).focus();
    await page.keyboard.press("Enter");
    await page.waitForFunction(() => document.querySelector("form.edit [name=title]").value === "Sort the screws");
    await page.locator(".notice").getByRole("button", {name: "Undo"}).focus();
    await page.keyboard.press("Enter");
    await page.locator(".notice").getByText("Changed back.").waitFor();
    assert.equal(await title.inputValue(), "Sort the screws and nails");
    await page.locator("form.edit button.primary").click();
    await page.locator("tbody a", {hasText: "Sort the screws and nails"}).waitFor();
    await check();
});

test("a session that ended loses nothing and leads back to the same task", async () => {
    const {page, check} = await openPage(site, {}, [401]);
    const person = await register(site, page, "Otto Late");
    const {id} = await makeTask(page, "Fix the tap");
    await openTask(page, id);
    await description(page).fill(TYPED);
    await send(page, "POST", "/api/logout", {});
    await page.locator("form.edit button.primary").click();
    const form = page.locator("form.sign-in");
    await form.waitFor();
    await form.locator("[name=email]").fill(person.email);
    await form.locator("[name=password]").fill(person.password);
    await form.locator("button").click();
    await page.waitForURL(`**/tasks.html?task=${id}`);
    await page.locator("form.edit .draft").waitFor();
    assert.equal(await description(page).inputValue(), TYPED);
    await page.locator("form.edit .draft").getByRole("button", {name: "Keep it"}).click();
    await page.locator("form.edit").getByText("Saved.").waitFor();
    assert.equal(await savedDescription(page, id), TYPED);
    await check();
});

test("another person who signs in sees nothing of it, and ends it", async () => {
    const {page, check} = await openPage(site, {}, [401]);
    await register(site, page, "First Person");
    const {id} = await makeTask(page, "Write the letter");
    await openTask(page, id);
    await description(page).fill("Dear secret friend");
    await page.waitForTimeout(REST_MS);
    const drafts = () => page.evaluate(() => Object.entries(localStorage).filter(([key]) => key.startsWith("draft/")).map((pair) => pair.join(" ")));
    assert.equal((await drafts()).length, 1);
    await send(page, "POST", "/api/logout", {});
    await page.locator("form.edit button.primary").click();
    await page.locator("form.sign-in").waitFor();
    await register(site, page, "Second Person");
    await page.waitForFunction(() => !Object.keys(localStorage).some((key) => key.startsWith("draft/")));
    await openTask(page, id);
    assert.equal(await description(page).inputValue(), "");
    assert.equal(await page.locator(".draft").count(), 0);
    await check();
});

test("a draft of an older version shows the conflict before it overwrites anything", async () => {
    const {page, check} = await openPage(site, {}, [412]);
    await register(site, page, "Ona Old");
    const {id} = await makeTask(page, "Plan the party", {description: "Cake and tea"});
    await openTask(page, id);
    await page.locator("form.edit .description .write").click();
    await description(page).fill("Cake and coffee");
    await page.waitForTimeout(REST_MS);
    // The tab is left without a word to the server, as when the machine is switched off.
    await page.route("**/api/tasks/*", (route) => (route.request().method() === "PATCH" ? route.abort() : route.continue()));
    page.removeAllListeners("console");
    await page.goto(`${site.url}/favicon.svg`);
    await page.unroute("**/api/tasks/*");
    await send(page, "PATCH", `/api/tasks/${id}`, {description: "Pie and tea", version: 1});
    await send(page, "PATCH", `/api/tasks/${id}`, {priority: "high", version: 2});
    await openTask(page, id);
    await page.locator("form.edit .draft").waitFor();
    // Changes of other fields that come in meanwhile make nobody forget what the text was written on.
    await send(page, "PATCH", `/api/tasks/${id}`, {labels: ["fun"], version: 3});
    await page.evaluate(() => document.dispatchEvent(new Event("visibilitychange")));
    await page.waitForFunction(() => document.querySelector("form.edit [name=labels]").value === "fun");
    assert.equal(await description(page).inputValue(), "Cake and coffee");
    await page.locator("form.edit .draft").getByRole("button", {name: "Keep it"}).click();
    const choice = page.locator(".choice");
    await choice.locator("blockquote", {hasText: "Cake and coffee"}).waitFor();
    await choice.locator("blockquote", {hasText: "Pie and tea"}).waitFor();
    assert.equal(await savedDescription(page, id), "Pie and tea");
    await choice.getByRole("button", {name: "Keep mine"}).click();
    await page.locator("form.edit").getByText("Saved.").waitFor();
    assert.equal(await savedDescription(page, id), "Cake and coffee");
    await check();
});

test("drafts are bounded: fifty of them, for thirty days, one's own", async () => {
    const {page, check} = await openPage(site);
    await register(site, page, "Hoa Rder");
    await page.evaluate(async () => {
        const {user} = await (await fetch("/api/session", {headers: {Accept: "application/json"}})).json();
        const put = (person, name, days) => localStorage.setItem(`draft/${person}/${name}`,
            JSON.stringify({at: Date.now() - days * 86400000, version: null, texts: {body: "x"}}));
        for (let i = 1; i <= 60; i++) put(user.id, `comment/${i}`, i / 10);
        put(user.id, "comment/999", 31);
        put(user.id + 1000000, "comment/1", 0);
        localStorage.setItem(`draft/${user.id}/comment/1000`, "{broken");
        localStorage.setItem("columns", "untouched");
    });
    await page.reload();
    await page.waitForFunction(() => Object.keys(localStorage).length === 51);
    const left = await page.evaluate(() => Object.keys(localStorage).map((key) => key.split("/").pop()));
    assert.deepEqual(left.map(Number).filter(Boolean).sort((a, b) => a - b), Array.from({length: 50}, (_, i) => i + 1));
    assert.ok(left.includes("columns"));
    await check();
});

test("where the browser stores nothing, leaving asks first", async () => {
    const {page, context} = await openPage(site);
    await context.addInitScript(() => {
        Storage.prototype.setItem = () => {
            throw new DOMException("full", "QuotaExceededError");
        };
    });
    await register(site, page, "Full Disk");
    await page.locator("form.new [name=title]").click();
    await page.keyboard.type("Not to be lost");
    await page.waitForTimeout(REST_MS);
    const asked = page.waitForEvent("dialog");
    page.close({runBeforeUnload: true});
    const dialog = await asked;
    assert.equal(dialog.type(), "beforeunload");
    await dialog.accept();
    await context.close();
});
