/** The overview: one's week, the chart of the flow, who has how much, what is late; for eyes, keyboards and screen readers. */

import assert from "node:assert/strict";
import {after, before, test} from "node:test";
import {assertNothingSerious} from "./axe.js";
import {makeTasks} from "./given.js";
import {assertNoSidewaysScroll, openPage, PASSWORD, register, send, signIn, startSite, untilDrawn} from "./site.js";

let site;
before(async () => {
    site = await startSite();
});
after(() => site?.stop());

/** A day of UTC, as new people have it. */
function day(days) {
    return new Date(Date.now() + days * 86400000).toISOString().slice(0, 10);
}

async function whoAmI(page) {
    return (await send(page, "GET", "/api/session")).user.id;
}

/** Until all four parts are there. */
async function untilShown(page) {
    await page.locator(".chart polygon").first().waitFor();
    await page.locator(".loads tbody tr").first().waitFor();
}

test("one's week leads from the menu to each task", async () => {
    const {page, check} = await openPage(site);
    await register(site, page, "Wanda Week");
    const me = await whoAmI(page);
    const [late] = await makeTasks(page, [{title: "Long ago", assignee_id: me, due_on: day(-3), progress: 20},
        {title: "Two days on", assignee_id: me, due_on: day(2), progress: 40, status: "doing"}]);
    await makeTasks(page, [{title: "Nobody's", due_on: day(0)}]);
    await page.locator("details.menu summary").click();
    await page.getByRole("link", {name: "Overview"}).click();
    await untilShown(page);
    assert.equal(new URL(page.url()).pathname, "/overview.html");
    assert.equal(await page.title(), "Overview · Pumasi");
    const week = page.locator("section.week");
    assert.deepEqual(await week.locator("h3").allInnerTexts().then((texts) => texts.slice(0, 3).map((text) => text.split(" ")[0])), ["Late", "Today", "Tomorrow"]);
    assert.equal(await week.locator("h3").count(), 8);
    const soon = week.locator(".days > li", {hasText: "Two days on"});
    assert.match(await soon.innerText(), /40%/);
    assert.equal(await week.getByText("Nobody's").count(), 0);
    assert.match(await page.locator("section.late").innerText(), /Long ago[\s\S]*3 days late/);
    await week.getByRole("link", {name: "Long ago"}).click();
    await page.locator("form.edit [name=title]").waitFor();
    assert.equal(page.url(), `${site.url}/tasks.html?task=${late}`);
    await check();
});

test("the chart tells each day's numbers to the mouse, the keyboard and as a table", async () => {
    const {page, check} = await openPage(site);
    await signIn(site, page, "anna@example.org");
    await page.goto(`${site.url}/overview.html`);
    await untilShown(page);
    const flow = await (await page.request.get(`${site.url}/api/overview/flow?days=30`, {headers: {Accept: "application/json"}})).json();
    const told = async () => Promise.all(["todo", "doing", "done"].map(async (kind) => Number(await page.locator(`.legend .${kind} .count`).innerText())));
    const numbers = (place) => [flow.todo[place], flow.doing[place], flow.done[place]];
    assert.ok(flow.done[29] > flow.done[0], "the demo has a past");
    assert.deepEqual(await told(), numbers(29));

    const slider = page.getByRole("slider", {name: "Day"});
    await slider.focus();
    await page.keyboard.press("ArrowLeft");
    assert.deepEqual(await told(), numbers(28));
    await page.keyboard.press("Home");
    assert.deepEqual(await told(), numbers(0));
    const [todo, doing, done] = numbers(0);
    assert.match(await slider.getAttribute("aria-valuetext"), new RegExp(`^\\d+ \\w+: To do ${todo}, Doing ${doing}, Done ${done}$`));

    const box = await page.locator(".chart svg").boundingBox();
    await page.mouse.move(box.x + 40 + (box.width - 40) / 2, box.y + 100);
    assert.deepEqual(await told(), numbers(15));
    await page.mouse.move(box.x, box.y - 200);
    assert.deepEqual(await told(), numbers(29));

    await page.getByText("As a table").click();
    const rows = page.locator(".flow tbody tr");
    assert.equal(await rows.count(), 30);
    assert.deepEqual((await rows.first().locator("td").allInnerTexts()).map(Number), numbers(29));
    assert.deepEqual((await rows.last().locator("td").allInnerTexts()).map(Number), numbers(0));

    await page.getByRole("button", {name: "365 days"}).click();
    await page.waitForFunction(() => document.querySelectorAll(".flow tbody tr").length === 365);
    assert.equal(await page.getByRole("button", {name: "365 days"}).getAttribute("aria-pressed"), "true");
    await page.reload();
    await untilShown(page);
    assert.equal(await rows.count(), 365);
    await check();
});

test("who has how much is a table whose bars are lengths of its numbers, and which leads to the tasks", async () => {
    const {page, check} = await openPage(site);
    await signIn(site, page, "min@example.org");
    await page.goto(`${site.url}/overview.html`);
    await untilShown(page);
    const {people} = await (await page.request.get(`${site.url}/api/overview/people`, {headers: {Accept: "application/json"}})).json();
    const table = page.locator(".loads table");
    assert.equal(await table.locator("tbody tr").count(), people.length);
    const tom = people.find((load) => load.person?.name === "Tom Okafor");
    const row = table.locator("tbody tr", {hasText: "Tom Okafor"});
    assert.deepEqual((await row.locator("td").allInnerTexts()).map((text) => text.trim()), [tom.open, tom.doing, tom.overdue].map(String).concat(`${tom.progress}%`));
    const widths = await table.locator(".bar").evaluateAll((bars) => bars.map((bar) => bar.getBoundingClientRect().width));
    people.forEach((load, place) => assert.ok(Math.abs(widths[place] - (widths[0] * load.open) / people[0].open) < 1));
    await row.getByRole("link").click();
    await page.locator("form.filters select[name=assignee].is-set").waitFor();
    assert.equal(new URL(page.url()).search, `?assignee=${tom.person.id}`);
    await check();
});

test("what changes meanwhile is there when one looks again, and what is not costs nothing", async () => {
    const {page, check} = await openPage(site);
    await register(site, page, "Rita Return");
    const me = await whoAmI(page);
    await page.goto(`${site.url}/overview.html`);
    await untilShown(page);
    await page.getByText("Nothing is due for you in the next seven days.").waitFor();
    await makeTasks(page, [{title: "Came meanwhile", assignee_id: me, due_on: day(1)}]);
    const look = () => page.evaluate(() => document.dispatchEvent(new Event("visibilitychange")));
    await look();
    await page.getByRole("link", {name: "Came meanwhile"}).waitFor();
    await page.waitForLoadState("networkidle");
    const statuses = [];
    page.on("response", (answer) => answer.url().includes("/api/") && statuses.push(answer.status()));
    await look();
    await page.waitForLoadState("networkidle");
    await page.waitForTimeout(300);
    assert.deepEqual(statuses, [304, 304, 304, 304]);
    await check();
});

test("the parts appear in their order, and none moves another", async () => {
    const {page, check} = await openPage(site);
    await signIn(site, page, "anna@example.org");
    let answer;
    const isAsked = new Promise((resolve) => { answer = resolve; });
    await page.route("**/api/overview/people", async (route) => {
        await isAsked;
        await route.continue();
    });
    await page.goto(`${site.url}/overview.html`);
    await page.locator(".chart polygon").first().waitFor();
    await page.waitForFunction(() => document.querySelector(".late .person"));
    assert.deepEqual([await page.locator("section.loads").isVisible(), await page.locator("section.late").isVisible()], [false, false]);
    const before = await page.locator("section.flow").boundingBox();
    answer();
    await page.locator("section.late .person").first().waitFor();
    assert.ok(await page.locator(".loads tbody tr").first().isVisible());
    assert.deepEqual(await page.locator("section.flow").boundingBox(), before);
    await check();
});

test("a server that cannot be reached is said, with a way to try again", async () => {
    const {page, context} = await openPage(site);
    await register(site, page, "Una Unlucky");
    await context.route("**/api/overview/people", (route) => route.abort());
    await page.goto(`${site.url}/overview.html`);
    await page.locator(".overview > .trouble").waitFor();
    await page.locator(".chart polygon").first().waitFor();
    await context.unroute("**/api/overview/people");
    await page.getByRole("button", {name: "Try again"}).click();
    await page.locator(".loads tbody tr").first().waitFor();
    await page.locator(".overview > .trouble").waitFor({state: "hidden"});
    await context.close();
});

for (const colorScheme of ["light", "dark"]) {
    for (const [width, locale] of [[1280, "en-GB"], [360, "ko-KR"]]) {
        test(`everyone can read it: ${colorScheme}, ${width} px, ${locale}`, async () => {
            const {page, check} = await openPage(site, {colorScheme, locale, viewport: {width, height: 740}, reducedMotion: "reduce"});
            await signIn(site, page, locale === "ko-KR" ? "min@example.org" : "tom@example.org");
            await makeTasks(page, [{title: "품앗이로 나누어 하는 아주 길고 긴 이름의 할 일 ".repeat(5), assignee_id: await whoAmI(page), due_on: day(-1)}]);
            await page.goto(`${site.url}/overview.html`);
            await untilShown(page);
            assert.equal(await page.locator("h1").innerText(), locale === "ko-KR" ? "한눈에 보기" : "Overview");
            await assertNoSidewaysScroll(page);
            await assertNothingSerious(page, "overview");
            await page.locator("details.table summary").click();
            await assertNothingSerious(page, "overview, with the table");
            await assertNoSidewaysScroll(page);
            for (const part of ["week", "flow?days=90", "people"]) {
                await page.goto(`${site.url}/api/overview/${part}`);
                await assertNothingSerious(page, part);
                await assertNoSidewaysScroll(page);
            }
            await check();
        });
    }
}

test("without JavaScript it is tables, found from the menu", async () => {
    const {page, check} = await openPage(site, {javaScriptEnabled: false});
    await page.goto(site.url);
    await page.locator("form.sign-in [name=email]").fill("tom@example.org");
    await page.locator("form.sign-in [name=password]").fill(PASSWORD);
    await page.locator("form.sign-in button").click();
    await page.goto(`${site.url}/overview.html`);
    await page.waitForURL(`${site.url}/api/overview/week`);
    await page.locator("table a", {hasText: "Book the community hall"}).waitFor();
    await page.locator(".places").getByRole("link", {name: "Flow of work"}).click();
    assert.equal(await page.locator("tbody tr").count(), 30);
    await page.locator(".places").getByRole("link", {name: "By person"}).click();
    await page.locator("tbody tr", {hasText: "Tom Okafor"}).waitFor();
    await page.locator("details.menu summary").click();
    await page.locator(".menu-box").getByRole("link", {name: "Overview"}).click();
    await page.waitForURL(`${site.url}/api/overview/week`);
    await check();
});

test("from the settings one comes back to the page with scripts", async () => {
    const {page, check} = await openPage(site);
    await register(site, page, "Sam Settings");
    await page.goto(`${site.url}/api/users/me`);
    await page.locator("details.menu summary").click();
    await page.locator(".menu-box").getByRole("link", {name: "Overview"}).click();
    await untilShown(page);
    assert.equal(new URL(page.url()).pathname, "/overview.html");
    await page.locator("main header a", {hasText: "All tasks"}).click();
    await untilDrawn(page);
    await check();
});
