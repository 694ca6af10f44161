/** One's own settings: set with and without JavaScript and by keyboard, readable for everyone, and kept. */

import assert from "node:assert/strict";
import {after, before, test} from "node:test";
import {assertNothingSerious} from "./axe.js";
import {assertNoSidewaysScroll, openPage, register, registerByForm, startSite} from "./site.js";

let site;
before(async () => {
    site = await startSite();
});
after(() => site?.stop());

/** Goes to the settings by the menu of whatever page is shown. */
async function openSettings(page, name = "Settings") {
    await page.locator("details.menu summary").click();
    await page.getByRole("link", {name, exact: true}).click();
    await page.locator("main.settings").waitFor();
}

/** What the form shows. */
function shown(page) {
    return page.locator("main.settings > form:first-of-type").evaluate((form) => Object.fromEntries(new FormData(form)));
}

async function mailWishes(page) {
    const answer = await page.request.get(`${site.url}/api/session`);
    return (await answer.json()).user.mail;
}

for (const javaScriptEnabled of [true, false]) {
    test(`settings are saved ${javaScriptEnabled ? "with" : "without"} JavaScript`, async () => {
        const {page, check} = await openPage(site, {javaScriptEnabled});
        await register(site, page, "Lin Guist");
        await openSettings(page);
        await page.getByLabel("Your name").fill("Lin Kim");
        await page.getByLabel("Once a day").check();
        await page.getByLabel("Every task").check();
        await page.getByLabel("Also what I change myself").check();
        await page.getByLabel("Hour of the daily mail").selectOption("21:00");
        await page.getByLabel("Time zone").selectOption("Asia/Seoul");
        await page.getByRole("button", {name: "Save"}).click();
        await page.getByRole("status").getByText("Saved.").waitFor();
        await page.locator("summary", {hasText: "Lin Kim"}).waitFor();
        assert.deepEqual(await mailWishes(page), {how: "daily", level: "all", own: true, hour: 21, time_zone: "Asia/Seoul"});
        assert.equal(await page.getByLabel("Every task").isChecked(), true);

        await page.getByLabel("Also what I change myself").uncheck();
        await page.getByLabel("Language").selectOption("ko");
        await page.getByRole("button", {name: "Save"}).click();
        await page.locator("html[lang=ko]").getByRole("status").getByText("저장했어요.").waitFor();
        assert.equal((await mailWishes(page)).own, false);
        await page.getByRole("link", {name: "전체 할 일"}).click();
        await page.locator("html[lang=ko] h1", {hasText: "할 일"}).waitFor();
        assert.equal(new URL(page.url()).pathname, javaScriptEnabled ? "/tasks.html" : "/api/tasks");
        await openSettings(page, "설정");
        await check();
    });
}

test("the settings are changed by keyboard alone", async () => {
    const {page, check} = await openPage(site);
    await register(site, page, "Key Board");
    await page.locator("details.menu summary").focus();
    await page.keyboard.press("Enter");
    await page.keyboard.press("Tab"); // all tasks
    await page.keyboard.press("Tab"); // the overview
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    const name = page.getByLabel("Your name");
    await name.waitFor();
    await name.focus();
    await page.keyboard.press("End");
    await page.keyboard.type(" Player");
    await page.keyboard.press("Tab"); // language
    await page.keyboard.press("Tab"); // how: the chosen one
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Tab"); // which tasks
    await page.keyboard.press("ArrowUp");
    await page.keyboard.press("Tab"); // one's own changes
    await page.keyboard.press("Space");
    await page.keyboard.press("Tab"); // hour
    await page.keyboard.type("06");
    await page.keyboard.press("Tab"); // zone
    await page.keyboard.type("Lisbon");
    await page.keyboard.press("Tab");
    if (await page.locator(".zone-here").isVisible()) await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await page.getByRole("status").getByText("Saved.").waitFor();
    assert.deepEqual(await mailWishes(page), {how: "daily", level: "all", own: true, hour: 6, time_zone: "Europe/Lisbon"});
    await page.locator("summary", {hasText: "Key Board Player"}).waitFor();
    await check();
});

test("a new person's time zone is that of her device, and so is the one offered on another", async () => {
    const home = await openPage(site, {timezoneId: "Asia/Seoul"});
    const person = await registerByForm(site, home.page, "Ji-woo");
    assert.equal((await mailWishes(home.page)).time_zone, "Asia/Seoul");
    await openSettings(home.page);
    assert.equal(await home.page.locator(".zone-here").isVisible(), false);

    const away = await openPage(site, {timezoneId: "Europe/Paris"});
    await away.page.goto(site.url);
    await away.page.locator("form.sign-in [name=email]").fill(person.email);
    await away.page.locator("form.sign-in [name=password]").fill(person.password);
    await away.page.locator("form.sign-in button").click();
    await away.page.waitForSelector("form.new");
    await openSettings(away.page);
    const offer = away.page.getByRole("button", {name: "Use this device’s time zone (Europe/Paris)"});
    await offer.click();
    await offer.waitFor({state: "hidden"});
    assert.equal((await shown(away.page)).time_zone, "Europe/Paris");
    await away.page.getByLabel("Time zone").selectOption("UTC");
    await offer.click();
    await away.page.getByRole("button", {name: "Save"}).click();
    await away.page.getByRole("status").getByText("Saved.").waitFor();
    assert.equal((await mailWishes(away.page)).time_zone, "Europe/Paris");
    await away.page.reload();
    assert.equal(await away.page.getByRole("status").count(), 0);
    await home.check();
    await away.check();
});

test("without JavaScript a new person's day is that of UTC", async () => {
    const {page, check} = await openPage(site, {javaScriptEnabled: false, timezoneId: "Asia/Seoul"});
    await register(site, page, "Plain Form");
    assert.equal((await mailWishes(page)).time_zone, "UTC");
    await openSettings(page);
    assert.equal(await page.locator(".zone-here").isVisible(), false);
    await check();
});

test("what the server refuses stands at its field, with what was typed", async () => {
    const {page, check} = await openPage(site, {}, [422]);
    await register(site, page, "Fay Fault");
    await openSettings(page);
    await page.getByLabel("Your name").fill("   ");
    await page.getByLabel("Not at all").check();
    await page.getByRole("button", {name: "Save"}).click();
    await page.getByRole("alert").waitFor();
    const name = page.getByLabel("Your name");
    assert.equal(await name.getAttribute("aria-invalid"), "true");
    assert.match(await page.locator(`#${await name.getAttribute("aria-describedby")}`).innerText(), /Please fill this in/);
    assert.equal(await name.evaluate((input) => input === document.activeElement), true);
    assert.equal(await page.getByLabel("Not at all").isChecked(), true);
    assert.equal((await mailWishes(page)).how, "coalesced");
    await name.fill("Fay Right");
    await page.getByRole("button", {name: "Save"}).click();
    await page.getByRole("status").getByText("Saved.").waitFor();
    assert.equal((await mailWishes(page)).how, "off");
    await check();
});

for (const colorScheme of ["light", "dark"]) {
    for (const [width, language] of [[1280, "en"], [360, "ko"]]) {
        test(`everyone can read them: ${colorScheme}, ${width} px wide, ${language}`, async () => {
            const {page, check} = await openPage(site, {
                colorScheme, viewport: {width, height: 740}, reducedMotion: "reduce", locale: language === "ko" ? "ko-KR" : "en-GB",
                timezoneId: "America/Argentina/Buenos_Aires",
            }, [422]);
            await register(site, page, "Ada Access With A Very Long Name ".repeat(3));
            await page.goto(`${site.url}/api/users/me`);
            assert.equal(await page.locator("html").getAttribute("lang"), language);
            await assertNothingSerious(page, "settings");
            await assertNoSidewaysScroll(page);
            await page.locator("[name=time_zone]").selectOption("UTC");
            await assertNoSidewaysScroll(page);
            await page.locator("main .primary").click();
            await page.locator(".success").waitFor();
            await assertNothingSerious(page, "saved");
            await page.locator("[name=name]").fill(" ");
            await page.locator("main .primary").click();
            await page.locator(".fault").first().waitFor();
            await assertNothingSerious(page, "faults");
            await assertNoSidewaysScroll(page);
            await page.locator("details.menu summary").click();
            await assertNothingSerious(page, "menu");
            await assertNoSidewaysScroll(page);
            await check();
        });
    }
}
