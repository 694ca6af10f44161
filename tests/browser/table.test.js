/** The table: sorted by its heads, its columns chosen, changed in place, and as quick with ten thousand rows as with ten. */

import assert from "node:assert/strict";
import {after, before, test} from "node:test";
import {assertNothingSerious} from "./axe.js";
import {changeTask, makeTasks} from "./given.js";
import {assertNoSidewaysScroll, byHand, openPage, register, startSite} from "./site.js";
import {mainThread, TASKS} from "./trace.js";

const MANY = 10000;
const LONG_MS = 50;

let site;
before(async () => {
    site = await startSite();
});
after(() => site?.stop());

function titles(page) {
    return page.locator(".tasks tbody a").allInnerTexts();
}

function row(page, title) {
    return page.locator(".tasks tbody tr", {hasText: title});
}

test("a short list is whole, however low the window", async () => {
    const {page, check} = await openPage(site, {viewport: {width: 360, height: 2400}});
    await register(site, page, "Lia Low");
    await makeTasks(page, Array.from({length: 32}, (_, place) => ({title: `Low ${place}`, labels: ["low"]})));
    await page.goto(`${site.url}/tasks.html?label=low`);
    await row(page, "Low 31").waitFor();
    await page.setViewportSize({width: 360, height: 40});
    // Longer than it takes until what is far off is known to be.
    await page.evaluate(() => new Promise((done) => setTimeout(done, 300)));
    assert.equal(await page.locator(".tasks tbody tr").count(), 32);
    await check();
});

test("a press on a column's head sorts by it, a second one turns it round", async () => {
    const {page, check} = await openPage(site);
    await register(site, page, "Sol Sorter");
    await makeTasks(page, [
        {title: "Borrow a tent", labels: ["camp"], priority: "urgent", due_on: "2030-05-01"},
        {title: "Air the beds", labels: ["camp"], priority: "low", due_on: "2030-01-01"},
        {title: "Cut the grass", labels: ["camp"], priority: "high", due_on: "2029-01-01"},
    ]);
    await page.goto(`${site.url}/tasks.html?label=camp`);
    const head = (name) => page.getByRole("columnheader", {name});
    await head("Priority").getByRole("button").click();
    await page.waitForURL(/sort=priority/);
    await page.locator("th.priority[aria-sort=descending]").waitFor();
    await page.waitForFunction(() => document.querySelector("tbody a")?.textContent === "Borrow a tent");
    assert.deepEqual(await titles(page), ["Borrow a tent", "Cut the grass", "Air the beds"]);
    await head("Priority").getByRole("button").click();
    await page.waitForURL(/order=asc/);
    await page.waitForFunction(() => document.querySelector("tbody a")?.textContent === "Air the beds");
    await page.locator("th.priority[aria-sort=ascending]").waitFor();
    await head("Title").getByRole("button").focus();
    await page.keyboard.press("Enter");
    await page.waitForURL(/sort=title/);
    await page.locator("th.title[aria-sort=ascending]").waitFor();
    await page.waitForFunction(() => document.querySelectorAll("tbody a")[1]?.textContent === "Borrow a tent");
    // The focus stays on the head, drawn anew or not.
    assert.equal(await page.evaluate(() => document.activeElement?.textContent), "Title");
    await check();
});

test("people choose the columns, and the browser remembers", async () => {
    const {page, check} = await openPage(site);
    await register(site, page, "Cleo Column");
    const names = () => page.locator(".tasks thead th:not(.check)").allInnerTexts();
    await page.locator("tbody tr").first().waitFor();
    assert.deepEqual(await names(), ["Title", "In charge", "Progress", "Status", "Priority", "Due"]);
    const button = page.getByRole("button", {name: "Columns"});
    await button.focus();
    await page.keyboard.press("Enter");
    await page.getByRole("checkbox", {name: "Priority"}).press("Space");
    await page.getByRole("checkbox", {name: "Created by"}).press("Space");
    await page.getByRole("checkbox", {name: "Labels"}).press("Space");
    await page.keyboard.press("Escape");
    assert.equal(await button.getAttribute("aria-expanded"), "false");
    assert.deepEqual(await names(), ["Title", "In charge", "Progress", "Status", "Due", "Created by"]);
    assert.equal(await page.locator(".labels li").count(), 0);
    await page.reload();
    await page.locator("tbody td.creator").first().waitFor();
    assert.deepEqual(await names(), ["Title", "In charge", "Progress", "Status", "Due", "Created by"]);
    await button.click();
    await assertNothingSerious(page, "columns");
    await page.getByRole("button", {name: "Reset columns"}).click();
    await page.locator("tbody td.priority").first().waitFor();
    await page.locator("h1").click();
    await page.locator(".menu-box.columns").waitFor({state: "detached"});
    await check();
});

test("progress is changed in its row: by arrows, by a press, by dragging, by a number; and undone", async () => {
    const {page, check} = await openPage(site);
    await register(site, page, "Pia Progress");
    await makeTasks(page, [{title: "Plane the door", labels: ["door"]}]);
    await page.goto(`${site.url}/tasks.html?label=door`);
    const sent = [];
    page.on("request", (request) => request.method() === "PATCH" && sent.push(request.postDataJSON()));
    const slider = page.getByRole("slider", {name: "Plane the door"});
    const number = row(page, "Plane the door").locator(".number");
    const kept = () => page.waitForResponse((response) => response.request().method() === "PATCH");

    await slider.focus();
    let answer = kept();
    for (let i = 0; i < 3; i++) await page.keyboard.press("ArrowRight");
    await number.getByText("30%").waitFor();
    await answer;
    assert.deepEqual(sent, [{progress: 30, version: 1}]);
    assert.equal(await slider.evaluate((element) => element === document.activeElement), true);
    answer = kept();
    await page.locator(".notice").getByRole("button", {name: "Undo"}).click();
    await answer;
    await row(page, "Plane the door").getByText("0%").waitFor();

    const box = await slider.boundingBox();
    answer = kept();
    await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
    await answer;
    assert.equal(await number.innerText(), "50%");
    answer = kept();
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 2, box.y + box.height / 2, {steps: 8});
    await page.mouse.up();
    await answer;
    assert.equal(await number.innerText(), "100%");
    await page.locator("tr.is-done", {hasText: "Plane the door"}).waitFor();

    await slider.focus();
    answer = kept();
    await page.keyboard.type("45");
    await page.keyboard.press("Enter");
    await answer;
    assert.equal(await number.innerText(), "45%");
    assert.equal(await row(page, "Plane the door").locator(".status").innerText(), "Doing");
    assert.equal(await slider.evaluate((element) => element === document.activeElement), true);
    // A row is no link where it is a slider.
    assert.doesNotMatch(page.url(), /task=/);
    await check();
});

test("what somebody else changed meanwhile stands, and the task opens", async () => {
    const {page, check} = await openPage(site, {}, [412]);
    await register(site, page, "Ole Overtaken");
    const [id] = await makeTasks(page, [{title: "Ring the bell", labels: ["bell"]}]);
    await page.goto(`${site.url}/tasks.html?label=bell`);
    await row(page, "Ring the bell").waitFor();
    // A field that nobody else touched is merged.
    await changeTask(page, id, {priority: "high"});
    await page.getByRole("slider", {name: "Ring the bell"}).press("ArrowRight");
    await row(page, "Ring the bell").getByText("High").waitFor();
    await page.locator(".notice").getByText("Saved.").waitFor();
    await changeTask(page, id, {progress: 70});
    await page.getByRole("slider", {name: "Ring the bell"}).press("ArrowRight");
    await page.locator(".notice").getByText("Theirs stands").waitFor();
    await page.waitForURL(/task=/);
    await row(page, "Ring the bell").getByText("70%").waitFor();
    await check();
});

test("status, person and day are changed where they stand", async () => {
    const {page, check} = await openPage(site);
    await register(site, page, "Ina Place");
    await makeTasks(page, [{title: "Glue the chair", labels: ["chair"]}]);
    await page.goto(`${site.url}/tasks.html?label=chair`);
    const chair = row(page, "Glue the chair");
    await chair.locator(".status button").click();
    await chair.getByRole("combobox", {name: "Status: Glue the chair"}).selectOption("done");
    await page.locator("tr.is-done", {hasText: "Glue the chair"}).getByText("100%").waitFor();
    await page.locator(".notice").getByRole("button", {name: "Undo"}).click();
    await chair.getByText("To do").waitFor();
    await chair.getByText("0%").waitFor();
    await chair.locator(".assignee button").click();
    await chair.getByRole("combobox").selectOption({label: "Ina Place"});
    await chair.locator(".assignee .person").waitFor();

    // By keyboard alone: along the row by arrows.
    await chair.locator("a").focus();
    await page.keyboard.press("ArrowRight");
    await page.waitForFunction(() => document.activeElement?.closest("td")?.className === "assignee");
    await chair.locator(".priority button").focus();
    await page.keyboard.press("ArrowRight");
    await page.waitForFunction(() => document.activeElement?.closest("td")?.className === "due");
    const field = page.locator(".tasks input[type=date]");
    await page.keyboard.press("Enter");
    await field.waitFor();
    // The first closes the browser's own calendar, where there is one.
    for (let i = 0; i < 2 && await field.count(); i++) await page.keyboard.press("Escape");
    assert.equal(await chair.locator(".due time").count(), 0);
    await page.keyboard.press("Enter");
    const answer = page.waitForResponse((response) => response.request().method() === "PATCH");
    await field.fill("2020-01-02");
    assert.equal((await answer).request().postDataJSON().due_on, "2020-01-02");
    await chair.getByText("days late").waitFor();
    await check();
});

test("what others change shows without moving what one reads", async () => {
    const {page, check} = await openPage(site);
    await register(site, page, "Rea Reader");
    const ids = await makeTasks(page, Array.from({length: 40}, (_, i) => ({title: `Chapter ${i}`, labels: ["book"]})));
    await page.goto(`${site.url}/tasks.html?label=book`);
    await row(page, "Chapter 39").waitFor();
    await page.evaluate(() => scrollTo({top: 900, behavior: "instant"}));
    const place = () => row(page, "Chapter 15").evaluate((element) => Math.round(element.getBoundingClientRect().top));
    await page.mouse.move(4, 4);
    const before = await place();
    await makeTasks(page, [{title: "Preface", labels: ["book"]}, {title: "Motto", labels: ["book"]}]);
    await changeTask(page, ids[14], {progress: 60});
    await page.evaluate(() => document.dispatchEvent(new Event("visibilitychange")));
    await row(page, "Preface").waitFor();
    assert.equal(await place(), before);
    await row(page, "Chapter 14").getByText("60%").waitFor();
    // A new order is for when one asks for it: chapter 14 still stands behind 15.
    const order = await titles(page);
    assert.equal(order.indexOf("Chapter 14"), order.indexOf("Chapter 15") + 1);
    await check();
});

test("while the server does not answer it is asked less and less, and not at all while nobody looks", async () => {
    const {page, context, check} = await openPage(site);
    await page.clock.install();
    await register(site, page, "Una Unreachable");
    await page.locator("tbody tr").first().waitFor();
    let asked = 0;
    await context.route("**/api/tasks?*", (route) => {
        asked++;
        return route.abort();
    });
    page.removeAllListeners("console");
    const pass = async (seconds) => {
        for (let i = 0; i < seconds; i += 5) {
            await page.clock.runFor(5000);
            await page.evaluate(() => fetch("/api/health"));
        }
    };
    await pass(100);
    await page.locator(".list > .trouble", {hasText: "This is still the list from before."}).waitFor();
    // At 15, 45 and 105 seconds instead of each 15.
    assert.ok(asked >= 1 && asked <= 3, `asked ${asked} times`);
    await context.unroute("**/api/tasks?*");
    await page.evaluate(() => dispatchEvent(new Event("online")));
    await page.locator(".list > .trouble").waitFor({state: "hidden"});
    await page.evaluate(() => Object.defineProperty(document, "visibilityState", {value: "hidden"}));
    let isAsked = false;
    page.on("request", (request) => (isAsked ||= request.url().includes("/api/tasks?")));
    await pass(60);
    assert.equal(isAsked, false);
    await check();
});

for (const [locale, width, colorScheme] of [["en-GB", 1280, "light"], ["en-GB", 1280, "dark"], ["ko-KR", 360, "light"], ["ko-KR", 360, "dark"]]) {
    test(`everyone can use the table: ${locale}, ${width} px, ${colorScheme}`, async () => {
        const {page, check} = await openPage(site, {locale, colorScheme, viewport: {width, height: 740}, reducedMotion: "reduce"});
        await register(site, page, "Axe Table");
        await makeTasks(page, [{title: `Long ${"unbrokenword".repeat(8)} ${"and a title with many words ".repeat(3)}`,
            labels: ["ax", "a label of quite some length, it is"].map((label) => label.replace(",", "")), due_on: "2020-01-01", priority: "urgent"}]);
        await page.goto(`${site.url}/tasks.html?label=ax`);
        await page.locator("tbody tr").first().waitFor();
        await page.locator("tbody a").first().hover();
        await assertNothingSerious(page, "table");
        await assertNoSidewaysScroll(page);
        if (width < 700) await page.locator(".to-choose").click();
        await page.locator("tbody .check input").first().check();
        await page.locator(".bulk").waitFor();
        await assertNothingSerious(page, "chosen");
        await assertNoSidewaysScroll(page);
        await check();
    });
}

test("ten thousand rows come by themselves, and nothing takes long", async () => {
    const {page, check} = await openPage(site);
    await register(site, page, "Max Many");
    // Without their mails, which are another matter.
    byHand(site, `
        BEGIN;
        WITH RECURSIVE number(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < ${MANY})
        INSERT INTO task (title, description, status, progress, priority, creator_id, assignee_id, due_on, labels, created_at, updated_at)
        SELECT 'Brick ' || n || CASE WHEN n % 7 = 0 THEN ' with a title that is so long that it needs a second line in its row, and more' ELSE '' END,
            '', 'doing', n % 10 * 10, 'normal', 1, 1, '2030-01-01', '["brick"]', unixepoch(), unixepoch() FROM number;
        DELETE FROM outbox;
        COMMIT;`);
    await page.goto(`${site.url}/tasks.html?label=brick`);
    await page.locator("tbody tr").first().waitFor();

    const load = async () => {
        for (let i = 0; i < 200; i++) {
            const isWhole = await page.evaluate(async () => {
                scrollTo({top: document.documentElement.scrollHeight, behavior: "instant"});
                await new Promise((done) => setTimeout(done, 150));
                return document.querySelector(".list > .further").hidden;
            });
            if (isWhole) return;
        }
        assert.fail("the last page did not come");
    };
    const scroll = async () => {
        for (const part of [0.9, 0.5, 0.1, 0.75, 0, 1]) {
            await page.evaluate((part) => scrollTo({top: document.documentElement.scrollHeight * part, behavior: "instant"}), part);
            // What is in sight is filled.
            await page.waitForFunction(() => {
                const table = document.querySelector(".tasks").getBoundingClientRect();
                const at = document.elementFromPoint(table.left + table.width / 2, Math.min(Math.max(table.top + 90, 300), table.bottom - 20));
                return Boolean(at?.closest("tbody tr"));
            });
        }
        await page.mouse.move(640, 400);
        for (let i = 0; i < 20; i++) await page.mouse.wheel(0, -900);
    };
    const filter = async () => {
        await page.evaluate(() => scrollTo({top: 0, behavior: "instant"}));
        await page.locator("form.filters [name=q]").pressSequentially("999", {delay: 30});
        await page.waitForFunction(() => document.querySelector("tbody a")?.textContent?.includes("999"));
        await page.waitForFunction(() => document.querySelectorAll("tbody tr").length < 50);
    };
    await site.browser.startTracing(page, {categories: TASKS});
    await load();
    assert.equal(await page.locator(".tasks").getAttribute("aria-rowcount"), String(MANY + 1));
    assert.ok(await page.locator("tbody tr").count() < 400, "the document holds what is near, no more");
    await page.evaluate(() => scrollTo({top: document.documentElement.scrollHeight, behavior: "instant"}));
    await page.locator(`tbody tr[aria-rowindex="${MANY + 1}"]`).waitFor();
    await scroll();
    await filter();
    const times = mainThread(JSON.parse(String(await site.browser.stopTracing())).traceEvents).map(({processor}) => processor).sort((a, b) => b - a);
    console.log(`longest tasks: ${times.slice(0, 5).map(Math.round).join(", ")} ms of ${times.length}`);
    assert.ok(times.length > 100, "the trace knows of the tasks");
    assert.ok(times[0] < LONG_MS, `a task took ${times[0]} ms`);
    await check();
});
