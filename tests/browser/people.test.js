/** People, invitations and access tokens: what an administrator and a person do with them, readable for everyone. */

import assert from "node:assert/strict";
import {after, before, test} from "node:test";
import {assertNothingSerious} from "./axe.js";
import {assertNoSidewaysScroll, byHand, openPage, register, signIn, startSite} from "./site.js";

let site;
before(async () => {
    site = await startSite();
});
after(() => site?.stop());

/** Registers somebody whom the administrator of the server makes one. */
async function administrator(page, name) {
    const person = await register(site, page, name);
    byHand(site, `UPDATE "user" SET role = 'admin' WHERE email = '${person.email}'`);
    // Whose role changed is out.
    await signIn(site, page, person.email);
    return person;
}

for (const javaScriptEnabled of [true, false]) {
    test(`somebody is invited, comes in and is shut out ${javaScriptEnabled ? "with" : "without"} JavaScript`, async () => {
        const {page, check} = await openPage(site, {javaScriptEnabled});
        await administrator(page, "Ada Admin");
        await page.goto(`${site.url}/api/users`);
        await page.getByRole("link", {name: "Invitations"}).click();
        await page.getByRole("button", {name: "Invite"}).click();
        const link = (await page.locator(".secret").innerText()).trim();
        assert.match(link, /#invite=/);

        const guest = await openPage(site, {javaScriptEnabled}, [401]);
        await guest.page.goto(link);
        const name = `Guest ${javaScriptEnabled}`;
        const email = `guest-${javaScriptEnabled}@example.org`;
        if (javaScriptEnabled) {
            assert.equal(guest.page.url(), `${site.url}/`);
        } else {
            await guest.page.getByText("I have an invitation").click();
            await guest.page.locator("[name=invite]").fill(link);
        }
        assert.ok(link.endsWith(await guest.page.locator("[name=invite]").inputValue()));
        await guest.page.locator(".register [name=name]").fill(name);
        await guest.page.locator(".register [name=email]").fill(email);
        await guest.page.locator(".register [name=password]").fill("a long enough 비밀번호");
        await guest.page.locator(".register button").click();
        await guest.page.locator("details.menu").waitFor();

        await page.goto(`${site.url}/api/users`);
        const row = page.getByRole("listitem").filter({hasText: email});
        await row.getByRole("button", {name: "Shut out"}).click();
        await row.getByRole("button", {name: "Let in again"}).waitFor();
        await guest.page.goto(`${site.url}/api/tasks`);
        await guest.page.locator("form.sign-in").waitFor();
        await row.locator("summary").click();
        await row.getByRole("button", {name: "Delete for good"}).click();
        await row.waitFor({state: "detached"});
        await check();
    });
}

test("an account is deleted by its person with the password", async () => {
    const {page, check} = await openPage(site, {}, [422]);
    const person = await register(site, page, "Go Away");
    await page.goto(`${site.url}/api/users/me`);
    await page.getByText("Delete my account…").click();
    await page.locator("[name=password]").fill("not mine at all");
    await page.getByRole("button", {name: "Delete for good"}).click();
    await page.getByText("This is not your password.").waitFor();
    await page.goto(`${site.url}/api/users/me`);
    await page.getByText("Delete my account…").click();
    await page.locator("[name=password]").fill(person.password);
    await page.getByRole("button", {name: "Delete for good"}).click();
    await page.locator("form.sign-in").waitFor();
    await check();
});

for (const isAllowed of [true, false]) {
    test(`what is shown this once is copied by a button${isAllowed ? "" : ", or chosen where the browser does not let it"}`, async () => {
        const {page, check} = await openPage(site);
        await register(site, page, "Copy Cat");
        if (isAllowed) await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
        else await page.addInitScript(() => { navigator.clipboard.writeText = () => Promise.reject(new Error("not allowed")); });
        await page.goto(`${site.url}/api/calendar`);
        await page.getByRole("button", {name: "Make a link"}).click();
        const link = (await page.locator(".secret").innerText()).trim();
        await page.getByRole("button", {name: "Copy"}).click();
        if (isAllowed) {
            await page.getByText("Copied.").waitFor();
            assert.equal(await page.evaluate(() => navigator.clipboard.readText()), link);
        } else {
            await page.waitForFunction((text) => String(getSelection()).trim() === text, link);
            assert.equal(await page.getByText("Copied.").count(), 0);
        }
        await check();
    });
}

for (const colorScheme of ["light", "dark"]) {
    for (const [width, locale] of [[1280, "en-GB"], [360, "ko-KR"]]) {
        test(`everyone can read them: ${colorScheme}, ${width} px wide, ${locale}`, async () => {
            const {page, check} = await openPage(site, {colorScheme, viewport: {width, height: 740}, reducedMotion: "reduce", locale});
            await administrator(page, "Ada With A Very Long Name ".repeat(3));
            for (const path of ["/api/users", "/api/invitations", "/api/tokens", "/api/calendar"]) {
                await page.goto(site.url + path);
                await assertNothingSerious(page, path);
                await assertNoSidewaysScroll(page);
                if (path === "/api/users") {
                    await page.locator("main summary").first().click();
                } else {
                    if (path === "/api/tokens") await page.locator("[name=name]").fill("밤마다 내보내기 ".repeat(5));
                    await page.locator("main .primary").click();
                    await page.locator(".secret").waitFor();
                }
                await assertNothingSerious(page, `${path}, used`);
                await assertNoSidewaysScroll(page);
            }
            await page.goto(`${site.url}/api/users/me`);
            await page.locator(".ending summary").click();
            await assertNothingSerious(page, "the end of the settings");
            await assertNoSidewaysScroll(page);
            await check();
        });
    }
}
