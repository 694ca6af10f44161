/** The mails of a task: who wants them, who got them, and how to stop them; with and without JavaScript. */

import assert from "node:assert/strict";
import {after, before, test} from "node:test";
import {assertNothingSerious} from "./axe.js";
import {assertNoSidewaysScroll, openPage, register, startSite, untilDrawn, waitForMail} from "./site.js";

let site;
before(async () => {
    site = await startSite();
});
after(() => site?.stop());

/** Makes a task through the form of the list; resolves to its number. */
async function makeTask(page, title, assignee = "") {
    await page.goto(`${site.url}/tasks.html`);
    await untilDrawn(page);
    const form = page.locator("form.new");
    await form.locator("[name=title]").fill(title);
    if (assignee) {
        await form.locator("summary").click();
        await form.locator("[name=assignee_id]").selectOption({label: assignee});
    }
    await form.locator("button").click();
    const href = await page.locator("tbody a", {hasText: title}).getAttribute("href");
    return Number(/\d+$/.exec(href ?? "")?.[0]);
}

/** A toggle in its state. */
const pressed = (page, name) => page.getByRole("button", {name, exact: true, pressed: true});
const loose = (page, name) => page.getByRole("button", {name, exact: true, pressed: false});

/** Does something, and waits until the server has answered it. */
async function untilKept(page, act) {
    const answered = page.waitForResponse("**/watch");
    await act();
    await (await answered).finished();
}

test("watching and muting show at once, are kept, and let each other go", async () => {
    const {page, check} = await openPage(site);
    await register(site, page, "Wanda Watch");
    const id = await makeTask(page, "Paint the fence");
    await page.goto(`${site.url}/tasks.html?task=${id}`);
    await untilKept(page, () => loose(page, "Watch").click());
    await pressed(page, "Watch").waitFor();
    await page.getByText("Watching: Wanda Watch").waitFor();
    await page.reload();
    await pressed(page, "Watch").waitFor();
    await page.getByText("Watching: Wanda Watch").waitFor();
    await untilKept(page, () => loose(page, "Mute").click());
    await pressed(page, "Mute").waitFor();
    await loose(page, "Watch").waitFor();
    assert.equal(await page.getByText("Watching:").isVisible(), false);
    await pressed(page, "Mute").focus();
    await untilKept(page, () => page.keyboard.press("Enter"));
    await page.reload();
    await loose(page, "Watch").waitFor();
    await loose(page, "Mute").waitFor();
    await check();
});

test("a press that cannot be kept is taken back and says so, with a way to try again", async () => {
    const {page, context, check} = await openPage(site, {}, [503]);
    await register(site, page, "Ofra Line");
    const id = await makeTask(page, "Mend the roof");
    await page.goto(`${site.url}/tasks.html?task=${id}`);
    await context.route("**/watch", (route) => route.fulfill({
        status: 503, contentType: "application/problem+json", body: JSON.stringify({status: 503, detail: "The server is busy."})}));
    await loose(page, "Watch").click();
    const trouble = page.locator("article .trouble");
    await trouble.getByText("The server is busy.").waitFor();
    await loose(page, "Watch").waitFor();
    await context.unroute("**/watch");
    await trouble.getByRole("button", {name: "Try again"}).click();
    await pressed(page, "Watch").waitFor();
    await trouble.waitFor({state: "hidden"});
    await check();
});

test("the last of several quick presses is the one that is kept", async () => {
    const {page, context, check} = await openPage(site);
    await register(site, page, "Quick Silver");
    const id = await makeTask(page, "Wash the windows");
    await page.goto(`${site.url}/tasks.html?task=${id}`);
    await loose(page, "Watch").waitFor();
    let asked = 0;
    await context.route("**/watch", async (route) => {
        asked++;
        await new Promise((done) => setTimeout(done, 300));
        await route.continue();
    });
    for (const name of ["Watch", "Mute", "Watch", "Mute"]) await page.getByRole("button", {name, exact: true}).click();
    await pressed(page, "Mute").waitFor();
    await page.waitForLoadState("networkidle");
    assert.ok(asked < 4, `${asked} requests`);
    await page.reload();
    await pressed(page, "Mute").waitFor();
    await check();
});

test("watching and muting by plain forms", async () => {
    const {page, context, check} = await openPage(site, {javaScriptEnabled: false});
    const entrance = await openPage(site);
    await register(site, entrance.page, "Plain Jane");
    await context.addCookies(await entrance.context.cookies());
    await entrance.check();
    await page.goto(`${site.url}/api/tasks`);
    await page.locator("tbody a").first().click();
    await loose(page, "Watch").click();
    await pressed(page, "Watch").waitFor();
    await page.getByText(/Watching: .*Plain Jane/).waitFor();
    await loose(page, "Mute").click();
    await loose(page, "Watch").waitFor();
    await pressed(page, "Mute").click();
    await loose(page, "Mute").waitFor();
    await check();
});

test("the history shows who was mailed, who was not and why, in both pages", async () => {
    const {page, check} = await openPage(site);
    const other = await openPage(site);
    const nari = await register(site, other.page, "Nari Kim");
    await register(site, page, "Olga Berg");
    const id = await makeTask(page, "Carry the chairs", nari.name);
    await waitForMail(site, nari.email, ["Carry the chairs"]);
    await other.page.goto(`${site.url}/tasks.html?task=${id}`);
    await untilKept(other.page, () => loose(other.page, "Mute").click());
    await page.goto(`${site.url}/tasks.html?task=${id}`);
    await page.locator("form.edit [name=priority]").selectOption("high");
    await page.locator("form.edit").getByText("Saved.").waitFor();
    const told = page.locator(".history li", {hasText: "Olga Berg created this task"}).locator(".mails");
    const left = page.locator(".history li", {hasText: "changed priority"}).locator("details.mails");
    for (const address of [`${site.url}/tasks.html?task=${id}`, `${site.url}/api/tasks/${id}`]) {
        for (let tries = 0; tries < 20; tries++) {
            await page.goto(address);
            await page.locator(".history li").first().waitFor();
            if (await left.count()) break;
            await page.waitForTimeout(500); // the mailer comes by each second
        }
        const envelope = told.locator("summary");
        assert.equal((await envelope.textContent())?.trim(), "Mailed: Nari Kim");
        await envelope.click();
        await told.getByText(/^Nari Kim: mailed at \d\d:\d\d( UTC)? \(in charge\)$/).waitFor();
        await told.getByText("Olga Berg: not mailed (own change)").waitFor();
        assert.equal((await left.locator("summary").textContent())?.trim(), "Mailed: nobody");
        await left.locator("summary").focus();
        await page.keyboard.press("Enter");
        await left.getByText("Nari Kim: not mailed (muted this task)").waitFor();
        await assertNothingSerious(page, address);
        await assertNoSidewaysScroll(page);
    }
    await other.check();
    await check();
});

for (const {language, locale, muteLink, ask, stop, done, again, mute} of [
    {
        language: "en", locale: "en-GB", muteLink: /Mute this task: (\S+)/, ask: /^Stop mails about task #\d+\?$/,
        stop: "Stop these mails", done: /^Mails about task #\d+ are stopped$/, again: "Get them again", mute: "Mute",
    },
    {
        language: "ko", locale: "ko-KR", muteLink: /이 할 일 소식 끄기: (\S+)/, ask: /^할 일 #\d+의 메일을 그만 받을까요\?$/,
        stop: "그만 받기", done: /^할 일 #\d+의 메일을 껐어요$/, again: "다시 받기", mute: "소식 끄기",
    },
]) {
    for (const javaScriptEnabled of [true, false]) {
        test(`the link in a mail stops mails and brings them back: ${language}, ${javaScriptEnabled ? "with" : "without"} JavaScript`, async () => {
            const reader = await openPage(site, {locale});
            const maker = await openPage(site);
            const {name, email} = await register(site, reader.page, `${language} reader ${javaScriptEnabled}`);
            await register(site, maker.page, "Mia Maker");
            const id = await makeTask(maker.page, `Secret plans ${language} ${javaScriptEnabled}`, name);
            const link = muteLink.exec((await waitForMail(site, email, [muteLink])).text)?.[1] ?? "";
            assert.ok(link.includes(`.${id}.`), link);

            // In a browser where nobody is signed in, of another language.
            const {page, check} = await openPage(site, {javaScriptEnabled, locale: "fr-FR"});
            await page.goto(link);
            await page.getByRole("heading", {name: ask}).waitFor();
            assert.equal(await page.locator("html").getAttribute("lang"), language);
            assert.doesNotMatch(await page.locator("body").innerText(), /Secret plans|@/);
            if (javaScriptEnabled) await assertNothingSerious(page, "asking");
            await page.getByRole("button", {name: stop}).click();
            await page.getByRole("heading", {name: done}).waitFor();
            if (javaScriptEnabled) await assertNothingSerious(page, "stopped");
            await assertNoSidewaysScroll(page);
            await reader.page.goto(`${site.url}/tasks.html?task=${id}`);
            await pressed(reader.page, mute).waitFor();
            await page.getByRole("button", {name: again}).click();
            await page.getByRole("heading", {name: ask}).waitFor();
            await page.locator("main a").click();
            await page.locator("form.sign-in").waitFor();
            await check();
            await reader.check();
            await maker.check();
        });
    }
}
