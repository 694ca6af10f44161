/** The board: the same tasks as cards, carried from lane to lane by mouse, by finger and by keyboard. */

import assert from "node:assert/strict";
import {after, before, test} from "node:test";
import {assertNothingSerious} from "./axe.js";
import {changeTask, makeTasks} from "./given.js";
import {assertNoSidewaysScroll, openPage, register, startSite} from "./site.js";

let site;
before(async () => {
    site = await startSite();
});
after(() => site?.stop());

async function board(page, label, titles, group = "status") {
    const ids = await makeTasks(page, titles.map((title) => ({title, labels: [label]})));
    await page.goto(`${site.url}/tasks.html?label=${label}&sort=title&layout=board&group=${group}`);
    await page.locator(".card").nth(titles.length - 1).waitFor();
    return ids;
}

function lane(page, name) {
    return page.locator(".lane").filter({has: page.getByRole("heading", {name})});
}

function card(page, title) {
    return page.locator(".cards .card", {hasText: title});
}

async function middle(locator) {
    const {x, y, width, height} = await locator.boundingBox();
    return {x: x + width / 2, y: y + Math.min(height / 2, 40)};
}

function sentOf(page) {
    const sent = [];
    page.on("request", (request) => request.method() === "PATCH" && sent.push(request.postDataJSON()));
    return sent;
}

test("table and board show the same tasks; the address says which, and back goes back", async () => {
    const {page, check} = await openPage(site);
    await register(site, page, "Bo Ard");
    await makeTasks(page, [{title: "Board A", labels: ["same"]}, {title: "Board B", labels: ["same"], status: "doing", progress: 30}]);
    await page.goto(`${site.url}/tasks.html?label=same`);
    await page.locator("tbody tr").nth(1).waitFor();
    await page.getByRole("button", {name: "Board"}).click();
    await page.waitForURL(/layout=board&group=status/);
    await card(page, "Board B").waitFor();
    assert.equal(await page.locator("table.tasks").isVisible(), false);
    assert.equal(await lane(page, "To do").locator(".card").count(), 1);
    assert.equal(await lane(page, "Doing").locator(".lane-count").innerText(), "1");
    await lane(page, "Done").getByText("Nothing here").waitFor();
    await page.getByLabel("Columns by").selectOption({label: "By priority"});
    await page.waitForURL(/group=priority/);
    assert.deepEqual(await page.locator(".lane-name").allInnerTexts(), ["Urgent", "High", "Normal", "Low"]);
    await page.locator("form.filters [name=q]").fill("Board A");
    await card(page, "Board B").waitFor({state: "detached"});
    await page.reload();
    await card(page, "Board A").waitFor();
    await card(page, "Board A").click();
    await page.locator("article.task").waitFor();
    assert.match(page.url(), /layout=board/);
    await page.keyboard.press("Escape");
    await page.locator("article.task").waitFor({state: "detached"});
    await page.keyboard.press("b");
    await page.locator("tbody tr").first().waitFor();
    assert.doesNotMatch(page.url(), /layout/);
    await page.goBack();
    await card(page, "Board A").waitFor();
    await check();
});

test("many lanes use the width of the window, and none is cut to a strip", async () => {
    const {page, check} = await openPage(site);
    await register(site, page, "Lane Wide");
    await board(page, "wide", ["Wide A"], "assignee");
    await page.evaluate(() => document.querySelector(".cards").scrollTo(0, 0));
    for (const width of [720, 800, 900, 1000, 1100, 1200, 1280, 1366, 1440, 1600, 1920])
        for (const lanes of [3, 4, 5, 6, 7, 9]) {
            await page.setViewportSize({width, height: 800});
            const shares = await page.evaluate((lanes) => {
                const root = document.querySelector(".cards");
                const empty = document.createElement("section");
                empty.className = "lane";
                root.style.setProperty("--lanes", String(lanes));
                root.replaceChildren(...Array.from({length: lanes}, () => empty.cloneNode()));
                const {right} = root.getBoundingClientRect();
                return [...root.children].map((lane) => lane.getBoundingClientRect())
                    .map((lane) => Math.min(1, Math.max(0, (right - lane.left) / lane.width)));
            }, lanes);
            for (const share of shares) assert.ok(share === 0 || share === 1 || (share > 0.3 && share < 0.7), `${width}, ${lanes}: ${shares}`);
            await assertNoSidewaysScroll(page);
        }
    await check();
});

test("a card is dragged with the mouse: one change, with the version, and an undo", async () => {
    const {page, check} = await openPage(site);
    await register(site, page, "Dora Drag");
    await board(page, "drag", ["Drag A", "Drag B"]);
    const sent = sentOf(page);
    const from = await middle(card(page, "Drag A"));
    const to = await middle(lane(page, "Done"));
    await page.mouse.move(from.x, from.y);
    await page.mouse.down();
    await page.mouse.move(to.x, to.y, {steps: 10});
    await page.locator(".ghost").waitFor();
    await page.locator(".lane.is-over").getByRole("heading", {name: "Done"}).waitFor();
    await page.mouse.up();
    await lane(page, "Done").locator(".card", {hasText: "Drag A"}).getByText("100%").waitFor();
    await page.locator(".notice").getByText("Saved.").waitFor();
    assert.deepEqual(sent, [{status: "done", version: 1}]);
    // The press that carried it did not open it.
    assert.doesNotMatch(page.url(), /task=/);
    assert.equal(await page.locator(".ghost, .is-held, .is-over").count(), 0);
    await page.locator(".notice").getByRole("button", {name: "Undo"}).click();
    await lane(page, "To do").locator(".card", {hasText: "Drag A"}).getByText("0%").waitFor();

    // Back where it came from, or let go of by Escape's sister, the lost pointer: nothing is sent.
    sent.length = 0;
    const again = await middle(card(page, "Drag B"));
    await page.mouse.move(again.x, again.y);
    await page.mouse.down();
    await page.mouse.move(to.x, to.y, {steps: 5});
    await page.mouse.move(again.x, again.y, {steps: 5});
    await page.mouse.up();
    await page.locator(".voice", {hasText: "“Drag B” stays in To do"}).waitFor({state: "attached"});
    assert.deepEqual(sent, []);
    await check();
});

test("a long press carries a card with the finger; a swipe scrolls", async () => {
    const {page, context, check} = await openPage(site, {hasTouch: true, isMobile: true, viewport: {width: 360, height: 740}});
    await register(site, page, "Finn Ger");
    await board(page, "touch", ["Touch A", ...Array.from({length: 14}, (_, i) => `Touch B${i}`)]);
    const sent = sentOf(page);
    const touch = await context.newCDPSession(page);
    const send = (type, points) => touch.send("Input.dispatchTouchEvent", {type, touchPoints: points});

    const second = await middle(card(page, "Touch B1").first());
    await send("touchStart", [second]);
    for (let i = 1; i <= 10; i++) await send("touchMove", [{x: second.x, y: second.y - i * 20}]);
    await send("touchEnd", []);
    await page.waitForFunction(() => scrollY > 100);
    assert.equal(await page.locator(".ghost").count(), 0);
    await page.evaluate(() => scrollTo(0, 0));

    // Chromium takes a touch away from a page that is slow to answer it, as on a busy machine: then once more.
    const carry = async () => {
        const from = await middle(card(page, "Touch A"));
        await send("touchStart", [from]);
        await page.locator(".ghost").waitFor();
        // At the edge the board comes along, until the last lane is under the finger.
        await send("touchMove", [{x: from.x + 40, y: from.y + 10}]);
        await send("touchMove", [{x: 352, y: from.y + 10}]);
        await page.locator(".lane.is-over").getByRole("heading", {name: "Done"}).waitFor({timeout: 4000});
        await send("touchEnd", []);
    };
    for (let i = 1; ; i++) {
        try {
            await carry();
            break;
        } catch (error) {
            if (i === 3 || await page.locator(".ghost").count()) throw error;
            await send("touchCancel", []);
        }
    }
    await lane(page, "Done").locator(".card", {hasText: "Touch A"}).waitFor();
    await page.locator(".notice").getByText("Saved.").waitFor();
    assert.deepEqual(sent, [{status: "done", version: 1}]);
    assert.doesNotMatch(page.url(), /task=/);
    await assertNoSidewaysScroll(page);
    await check();
});

test("by keyboard: Space picks up, arrows carry, Space drops, Escape returns, and each is said", async () => {
    const {page, check} = await openPage(site);
    const {name} = await register(site, page, "Kay Board");
    await board(page, "space", ["Space A", "Space B"], "assignee");
    const sent = sentOf(page);
    const said = (text) => page.locator(".voice[aria-live=assertive]", {hasText: text}).waitFor({state: "attached"});
    await card(page, "Space A").focus();
    await page.keyboard.press("ArrowDown");
    await page.waitForFunction(() => document.activeElement?.textContent?.includes("Space B"));
    await page.keyboard.press("Space");
    await said("Picked up: “Space B”, from Nobody");
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("ArrowLeft");
    await said("Over Nobody");
    await page.keyboard.press("ArrowLeft");
    await said(`Over ${name}`);
    await page.keyboard.press("Escape");
    await said("“Space B” stays in Nobody");
    assert.deepEqual(sent, []);
    await page.keyboard.press("Space");
    await page.keyboard.press("ArrowLeft");
    await page.keyboard.press("Space");
    await said(`“Space B” is in ${name} now`);
    await lane(page, name).locator(".card", {hasText: "Space B"}).waitFor();
    await page.locator(".notice").getByText("Saved.").waitFor();
    assert.equal(sent.length, 1);
    assert.equal(await page.evaluate(() => document.activeElement?.textContent?.includes("Space B")), true);
    // From lane to lane without carrying; Enter opens.
    await page.keyboard.press("ArrowRight");
    await page.waitForFunction(() => document.activeElement?.textContent?.includes("Space A"));
    await page.keyboard.press("Enter");
    await page.locator("article.task form.edit").waitFor();
    await check();
});

test("a card that somebody else moved meanwhile stays where she put it", async () => {
    const {page, check} = await openPage(site, {}, [412]);
    await register(site, page, "Cam Conflict");
    const [id] = await board(page, "clash", ["Clash A"]);
    await changeTask(page, id, {status: "done"});
    await card(page, "Clash A").focus();
    await page.keyboard.press("Space");
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("Space");
    await page.locator(".notice").getByText("Theirs stands").waitFor();
    await lane(page, "Done").locator(".card", {hasText: "Clash A"}).waitFor();
    await check();
});

test("the next page of the list comes to the board", async () => {
    const {page, check} = await openPage(site);
    await register(site, page, "Mo Recards");
    await makeTasks(page, Array.from({length: 65}, (_, i) => ({title: `Card ${i}`, labels: ["cards"]})));
    await page.goto(`${site.url}/tasks.html?label=cards&layout=board&group=status`);
    await page.locator(".card").first().waitFor();
    await page.locator(".lane-count", {hasText: "50+"}).waitFor();
    await page.locator(".list > .further button").focus();
    await page.locator(".lane-count", {hasText: "65"}).waitFor();
    assert.equal(await page.locator(".card").count(), 65);
    await check();
});

for (const [locale, width, colorScheme] of [["en-GB", 1280, "light"], ["en-GB", 1280, "dark"], ["ko-KR", 360, "light"], ["ko-KR", 360, "dark"]]) {
    test(`everyone can use the board: ${locale}, ${width} px, ${colorScheme}`, async () => {
        const {page, check} = await openPage(site, {locale, colorScheme, viewport: {width, height: 740}, reducedMotion: "reduce"});
        await register(site, page, "Axe Board");
        await makeTasks(page, [{title: `Long ${"unbrokenword".repeat(8)} ${"with many words ".repeat(5)}`, labels: ["axe", "a label of quite some length it is"],
            due_on: "2020-01-01", priority: "urgent"}, {title: "Done", labels: ["axe"], status: "done"}]);
        await page.goto(`${site.url}/tasks.html?label=axe&layout=board&group=status`);
        await page.locator(".card").first().waitFor();
        await assertNothingSerious(page, "board");
        await assertNoSidewaysScroll(page);
        await check();
    });
}
