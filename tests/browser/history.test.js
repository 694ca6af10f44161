/** The history as a time line: what was, what is, who and when; comments among it, and people named in them. */

import assert from "node:assert/strict";
import {after, before, test} from "node:test";
import {LOOKS, assertLooksRight, nameOf, options} from "./looks.js";
import {openPage, PASSWORD, register, send, signInUnseen, startSite, waitForMail} from "./site.js";

const WORDS = {
    en: {only: "Only comments", now: /^(now|1 minute ago)$/, list: "Suggestions", add: "Add comment"},
    ko: {only: "댓글만", now: /^(지금|1분 전)$/, list: "추천", add: "댓글 남기기"},
};

let site;
before(async () => {
    site = await startSite();
});
after(() => site?.stop());

function background(line) {
    return line.locator("blockquote").evaluate((quote) => getComputedStyle(quote).backgroundColor);
}

async function untilInSight(line) {
    for (let tries = 0; ; tries++) {
        const isInSight = await line.evaluate((element) => element.getBoundingClientRect().top >= 0 && element.getBoundingClientRect().bottom <= innerHeight);
        if (isInSight) return;
        assert.ok(tries < 100, "the comment is not in sight");
        await line.page().waitForTimeout(50);
    }
}

for (const look of LOOKS) {
    test(`a long history can be asked for its comments alone, and tells times in words: ${nameOf(look)}`, async () => {
        const words = WORDS[look.locale.slice(0, 2)];
        const {page, check} = await openPage(site, options(look));
        await register(site, page, "Hilda Story");
        const {id} = await send(page, "POST", "/api/tasks", {title: "Write the book"});
        for (let progress = 10; progress <= 100; progress += 10)
            await send(page, "PATCH", `/api/tasks/${id}`, {progress, version: progress / 10});
        await send(page, "POST", `/api/tasks/${id}/comments`, {body: "The first chapter is done."});
        await page.goto(`${site.url}/tasks.html?task=${id}`);
        const lines = page.locator(".days li");
        await lines.nth(12).waitFor();
        const time = lines.first().locator("time");
        assert.match(await time.locator("span").first().innerText(), words.now);
        assert.match(await time.getAttribute("title"), /26|\d\d:\d\d/);
        assert.match(await time.locator(".unseen").textContent(), /\d\d:\d\d/);
        await assertLooksRight(page, "history", look);
        const only = page.getByRole("button", {name: words.only});
        await only.focus();
        await page.keyboard.press("Enter");
        assert.equal(await only.getAttribute("aria-pressed"), "true");
        assert.equal(await lines.count(), 1);
        await lines.getByText("The first chapter is done.").waitFor();
        await only.click();
        assert.ok(await lines.count() > 10);
        await check();
    });

    test(`an @ in a comment offers people, who are mailed: ${nameOf(look)}`, async () => {
        const words = WORDS[look.locale.slice(0, 2)];
        const {page, check} = await openPage(site, options(look));
        const other = await openPage(site);
        const named = await register(site, other.page, `Zora ${look.locale} ${look.width}`);
        await register(site, page, "Com Menter");
        const {id} = await send(page, "POST", "/api/tasks", {title: "Ask around"});
        await page.goto(`${site.url}/tasks.html?task=${id}`);
        const text = page.locator("form.comment textarea");
        await text.waitFor();
        await text.focus();
        await page.keyboard.type("Have a look, @zor");
        const list = page.getByRole("listbox", {name: words.list});
        await list.waitFor();
        const option = list.getByRole("option", {name: named.name});
        await option.waitFor();
        await page.evaluate(() => document.querySelector("form.comment").scrollIntoView({block: "center"}));
        await assertLooksRight(page, "mention", look);
        // Escape puts the list away and leaves the task open; another key brings it back.
        await page.keyboard.press("Escape");
        await list.waitFor({state: "hidden"});
        assert.ok(await text.isVisible());
        await page.keyboard.type("a");
        await list.waitFor();
        for (let i = 0; i < 8 && await option.getAttribute("aria-selected") !== "true"; i++) await page.keyboard.press("ArrowDown");
        assert.equal(await text.getAttribute("aria-activedescendant"), await option.getAttribute("id"));
        await page.keyboard.press("Enter");
        assert.equal(await text.inputValue(), `Have a look, @${named.name} `);
        await list.waitFor({state: "hidden"});
        await page.keyboard.type("please");
        await page.keyboard.press("Control+Enter");
        await page.locator(".days").getByText(`@${named.name} please`).waitFor();
        assert.equal(await text.inputValue(), "");
        await waitForMail(site, named.email, ["Ask around", "Have a look"]);
        await other.check();
        await check();
    });
}

for (const javaScriptEnabled of [true, false]) {
    test(`a comment has an address that leads to it, ${javaScriptEnabled ? "with" : "without"} JavaScript`, async () => {
        const writer = await openPage(site);
        await register(site, writer.page, "Ann Chor");
        const {id} = await send(writer.page, "POST", "/api/tasks", {title: "Read the minutes"});
        const comments = [];
        for (let i = 0; i < 12; i++)
            comments.push((await send(writer.page, "POST", `/api/tasks/${id}/comments`, {body: `Point ${i}.\n\n${"On and on. ".repeat(40)}`})).comment.id);
        await writer.check();

        const {page, check} = await openPage(site, {javaScriptEnabled});
        await signInUnseen(site, page, "anna@example.org");
        const path = javaScriptEnabled ? `/tasks.html?task=${id}` : `/api/tasks/${id}`;
        const line = (place) => page.locator(`#comment-${comments[place]}`);
        const washed = async (place) => (await background(line(place))) !== (await background(line(5)));
        await page.goto(`${site.url}${path}#comment-${comments[2]}`);
        await line(2).waitFor();
        await untilInSight(line(2));
        assert.ok(await washed(2));
        // The time is the address of another one.
        await line(3).locator("a:has(time)").click();
        assert.ok(page.url().endsWith(`#comment-${comments[3]}`));
        await untilInSight(line(3));
        assert.ok(await washed(3));
        assert.ok(!await washed(2));
        await page.goBack();
        await untilInSight(line(2));
        assert.ok(await washed(2));
        if (javaScriptEnabled) {
            // News draw the history anew; the mark stays, and nobody is taken anywhere.
            await page.locator("article.task").evaluate((article) => article.closest(".beside")?.scrollTo(0, 0));
            await send(page, "POST", `/api/tasks/${id}/comments`, {body: "Seen"});
            await page.evaluate(() => document.dispatchEvent(new Event("visibilitychange")));
            await page.locator(".days blockquote", {hasText: "Seen"}).waitFor();
            assert.ok(await washed(2));
            assert.equal(await page.locator(".beside").evaluate((beside) => beside.scrollTop), 0);
        }
        await check();
    });
}

test("who has to sign in first comes to the comment afterwards", async () => {
    const {page, check} = await openPage(site, {}, [401]);
    await page.goto(`${site.url}/tasks.html?task=1#comment-1`);
    await page.locator("form.sign-in").waitFor();
    await page.locator("form.sign-in [name=email]").fill("anna@example.org");
    await page.locator("form.sign-in [name=password]").fill(PASSWORD);
    await page.locator("form.sign-in button").click();
    await page.waitForURL(/tasks\.html\?task=1#comment-1$/);
    await check();
});

test("a rewritten description unfolds to what went and what came", async () => {
    const {page, check} = await openPage(site);
    await register(site, page, "Rea Writer");
    const {id} = await send(page, "POST", "/api/tasks", {title: "Order the paint", description: "Two cans of red paint"});
    await send(page, "PATCH", `/api/tasks/${id}`, {description: "Three cans of green paint", priority: "high", version: 1});
    await page.goto(`${site.url}/tasks.html?task=${id}`);
    const part = page.locator(".rewriting");
    await part.locator("summary").focus();
    await page.keyboard.press("Enter");
    await part.locator("ins").first().waitFor();
    assert.deepEqual(await part.locator("del").allTextContents(), ["Two", "red"]);
    assert.deepEqual(await part.locator("ins").allTextContents(), ["Three", "green"]);
    // News of others draw the history anew; what was unfolded stays so.
    await send(page, "POST", `/api/tasks/${id}/comments`, {body: "Done"});
    await page.evaluate(() => document.dispatchEvent(new Event("visibilitychange")));
    await page.locator(".days blockquote", {hasText: "Done"}).waitFor();
    await part.locator("ins").first().waitFor();
    await assertLooksRight(page, "rewriting", LOOKS[0]);
    await check();
});
