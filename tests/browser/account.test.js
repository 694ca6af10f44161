/** Passwords and addresses: the ways through the mails, with and without JavaScript, readable for everyone. */

import assert from "node:assert/strict";
import {after, before, test} from "node:test";
import {assertNothingSerious} from "./axe.js";
import {assertNoSidewaysScroll, openPage, register, registerByForm, startSite, untilDrawn, waitForCode, waitForMail} from "./site.js";

const NEW_PASSWORD = "네 낱말을 이어 쓴 것";

let site;
before(async () => {
    site = await startSite();
});
after(() => site?.stop());

async function signIn(page, email, password) {
    await page.goto(site.url);
    await page.locator("form.sign-in [name=email]").fill(email);
    await page.locator("form.sign-in [name=password]").fill(password);
    await page.locator("form.sign-in button").click();
}

for (const javaScriptEnabled of [true, false]) {
    const way = javaScriptEnabled ? "with" : "without";

    test(`a forgotten password is replaced by the mail's link or code, ${way} JavaScript`, async () => {
        const owner = await openPage(site);
        const person = await register(site, owner.page, "For Getful");
        const {page, check} = await openPage(site, {javaScriptEnabled}, [422]);
        const asked = [];
        page.on("request", (request) => asked.push(request.url()));
        await page.goto(site.url);
        await page.getByRole("link", {name: "Forgot your password?"}).click();
        await page.getByLabel("Email").fill(person.email);
        await page.getByRole("button", {name: "Send the mail"}).click();
        await page.getByRole("heading", {name: "Look into your mailbox"}).waitFor();
        const code = await waitForCode(site, person.email, "reset");
        await page.goto(`${site.url}/reset.html#token=${code}`);
        if (!javaScriptEnabled) await page.getByLabel("Code from the mail").fill(code);
        else await page.waitForFunction(() => !location.hash);
        assert.equal(await page.getByLabel("Code from the mail").isVisible(), !javaScriptEnabled);
        await page.getByLabel("New password").fill("password1");
        await page.getByRole("button", {name: "Save the new password"}).click();
        await page.locator(".fault", {hasText: "lists that attackers try first"}).waitFor();
        await page.getByLabel("New password").fill(NEW_PASSWORD);
        await page.getByRole("button", {name: "Save the new password"}).click();
        await page.getByRole("heading", {name: "Your new password counts now"}).waitFor();
        assert.deepEqual(asked.filter((url) => url.split("#")[0].includes(code)), []);
        await waitForMail(site, person.email, ["Your password was changed"]);

        // The browser that was signed in is not any more.
        // The page leaves for the first one by itself, maybe before it is loaded.
        await owner.page.goto(`${site.url}/tasks.html`, {waitUntil: "commit"});
        await owner.page.locator("form.sign-in").waitFor();
        await signIn(page, person.email, NEW_PASSWORD);
        await untilDrawn(page);
        await check();
    });

    test(`the address is confirmed by the mail's link or code, ${way} JavaScript`, async () => {
        const {page, check} = await openPage(site, {javaScriptEnabled}, [422, 429]);
        const person = await registerByForm(site, page, "Con Firm");
        const reminder = page.locator("form.reminder");
        await reminder.getByText(person.email).waitFor();
        const code = await waitForCode(site, person.email);
        await reminder.getByRole("button", {name: "Send it again"}).click();
        await page.getByText("Enough mails were asked for").waitFor();
        await page.goto(`${site.url}/verify.html`);
        await page.getByLabel("Code from the mail").fill(`${code}x`);
        await page.getByRole("button", {name: "Confirm my address"}).click();
        await page.locator(".fault", {hasText: "ask for a new mail"}).waitFor();
        await page.goto(`${site.url}/verify.html#token=${code}`);
        if (!javaScriptEnabled) await page.getByLabel("Code from the mail").fill(code);
        await page.getByRole("button", {name: "Confirm my address"}).click();
        await page.getByRole("heading", {name: "Your address is confirmed"}).waitFor();
        await page.getByRole("link", {name: "Go to the tasks"}).click();
        await untilDrawn(page);
        assert.equal(await reminder.isVisible(), false);
        await check();
    });

    test(`the settings change password and address, ${way} JavaScript`, async () => {
        const {page, check} = await openPage(site, {javaScriptEnabled}, [422]);
        const person = await register(site, page, "Chan Ge");
        await page.goto(`${site.url}/api/users/me`);
        await page.locator("summary", {hasText: "Change password"}).click();
        const password = page.locator('form[action="/api/password"]');
        await password.getByLabel("Current password").fill("not the one");
        await password.getByLabel("New password").fill(NEW_PASSWORD);
        await password.getByRole("button").click();
        await page.locator(".fault", {hasText: "This is not your password."}).waitFor();
        if (javaScriptEnabled) await assertNothingSerious(page, "a wrong password");
        await password.getByLabel("Current password").fill(person.password);
        await password.getByLabel("New password").fill(NEW_PASSWORD);
        await password.getByRole("button").click();
        await page.getByRole("status").getByText("Saved.").waitFor();

        await page.locator("summary", {hasText: "Change address"}).click();
        const address = page.locator("form.account", {hasText: "New address"});
        const wanted = person.email.replace("person", `new${way}`);
        await address.getByLabel("New address").fill(wanted);
        await address.getByLabel("Current password").fill(NEW_PASSWORD);
        await address.getByRole("button").click();
        await page.getByText(`Waits to be confirmed: ${wanted}`).waitFor();
        await page.goto(`${site.url}/verify.html#token=${await waitForCode(site, wanted)}`);
        if (!javaScriptEnabled) await page.getByLabel("Code from the mail").fill(await waitForCode(site, wanted));
        await page.getByRole("button", {name: "Confirm my address"}).click();
        await page.getByRole("heading", {name: "Your address is confirmed"}).waitFor();
        await waitForMail(site, person.email, ["Your address was changed"]);
        await check();
    });
}

for (const [colorScheme, width] of [["light", 1280], ["dark", 360]]) {
    test(`the pages are readable and fit: ${colorScheme}, ${width} px wide`, async () => {
        const {page, check} = await openPage(site, {colorScheme, viewport: {width, height: 740}, reducedMotion: "reduce"});
        for (const name of ["forgot", "reset", "verify", "reset.html#token=abc", "verify.html#token=abc"]) {
            await page.goto(`${site.url}/${name.includes(".") ? name : `${name}.html`}`);
            await page.locator("main h1").first().waitFor();
            await assertNothingSerious(page, name);
            await assertNoSidewaysScroll(page);
        }
        await registerByForm(site, page, "Re Minded");
        await page.locator("form.reminder").waitFor();
        await assertNothingSerious(page, "the reminder");
        await assertNoSidewaysScroll(page);
        await page.goto(`${site.url}/api/users/me`);
        for (const name of ["Change password", "Change address"]) await page.locator("summary", {hasText: name}).click();
        await assertNothingSerious(page, "the settings");
        await assertNoSidewaysScroll(page);
        await check();
    });
}
