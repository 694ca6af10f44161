/** Sign-in in two steps: set up, asked for and turned off, with and without JavaScript; and browsers signed out. */

import assert from "node:assert/strict";
import {createHmac} from "node:crypto";
import {after, before, test} from "node:test";
import {assertNothingSerious} from "./axe.js";
import {assertNoSidewaysScroll, openPage, register, startSite} from "./site.js";

let site;
before(async () => {
    site = await startSite();
});
after(() => site?.stop());

/** What an app shows, so many steps from now (RFC 6238). */
function codeOf(secret, steps = 0) {
    const bits = [...secret.replaceAll(" ", "")].map((c) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(c).toString(2).padStart(5, "0")).join("");
    const key = Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
    const counter = Buffer.alloc(8);
    counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30000) + steps));
    const digest = createHmac("sha1", key).update(counter).digest();
    const at = digest[19] & 15;
    return String((digest.readUInt32BE(at) & 0x7fffffff) % 1000000).padStart(6, "0");
}

/** Turns it on from the settings; the secret and the recovery codes. */
async function setUp(page, password) {
    await page.goto(`${site.url}/api/users/me`);
    await page.getByRole("link", {name: "Sign-in in two steps"}).click();
    await page.getByLabel("Password").fill(password);
    await page.getByRole("button", {name: "Set up the app"}).click();
    const secret = await page.locator("code.secret").innerText();
    await page.getByLabel("Code from the app").fill(codeOf(secret));
    await page.getByRole("button", {name: "Turn it on"}).click();
    await page.getByRole("heading", {name: "Keep your recovery codes"}).waitFor();
    return {secret, codes: await page.locator("code.secret").allInnerTexts()};
}

async function fillSignIn(page, {email, password}) {
    await page.goto(site.url);
    await page.locator("form.sign-in [name=email]").fill(email);
    await page.locator("form.sign-in [name=password]").fill(password);
    await page.locator("form.sign-in button").click();
}

for (const javaScriptEnabled of [true, false]) {
    test(`set up, asked for and turned off ${javaScriptEnabled ? "with" : "without"} JavaScript`, async () => {
        const {page, check} = await openPage(site, {javaScriptEnabled});
        const person = await register(site, page, "Two Steps");
        const {codes} = await setUp(page, person.password);
        assert.equal(codes.length, 10);
        await page.getByRole("link", {name: "I have kept them"}).click();
        await page.getByRole("heading", {name: "Tasks"}).first().waitFor();
        assert.equal(new URL(page.url()).pathname, javaScriptEnabled ? "/tasks.html" : "/api/tasks");

        const other = await openPage(site, {javaScriptEnabled}, [401]);
        for (const code of codes.slice(0, 2)) {
            await fillSignIn(other.page, person);
            const field = other.page.getByLabel("Code from the app");
            await field.fill("12");
            if (!javaScriptEnabled) await other.page.getByLabel("Password").fill(person.password);
            await other.page.getByRole("button", {name: "Sign in"}).click();
            await other.page.getByText("This code is not right").waitFor();
            await field.fill(code);
            if (!javaScriptEnabled) await other.page.getByLabel("Password").fill(person.password);
            await other.page.getByRole("button", {name: "Sign in"}).click();
            await other.page.getByRole("heading", {name: "Tasks"}).first().waitFor();
            await other.context.clearCookies();
        }
        await page.goto(`${site.url}/api/totp`);
        await page.getByText("Recovery codes left: 8").waitFor();
        await page.getByLabel("Password").fill(person.password);
        await page.getByLabel("Code from the app, or a recovery code").fill(codes[2]);
        await page.getByRole("button", {name: "Turn it off"}).click();
        await page.getByRole("button", {name: "Set up the app"}).waitFor();
        await check();
        await other.check();
    });

    test(`another browser is signed out ${javaScriptEnabled ? "with" : "without"} JavaScript`, async () => {
        const {page, check} = await openPage(site, {javaScriptEnabled});
        const person = await register(site, page, "Many Browsers");
        const others = [];
        for (let i = 0; i < 3; i++) {
            const other = await openPage(site, {javaScriptEnabled}, [401]);
            await fillSignIn(other.page, person);
            await other.page.getByRole("heading", {name: "Tasks"}).first().waitFor();
            others.push(other);
        }
        await page.goto(`${site.url}/api/users/me`);
        const rows = page.locator(".sessions li");
        assert.equal(await rows.count(), 4);
        assert.match(await rows.last().innerText(), /Chrome, Linux[^]*this browser/);
        await page.locator(".sessions [name=password]").fill(person.password);
        await rows.first().getByRole("button", {name: "Sign out"}).click();
        await page.waitForFunction(() => document.querySelectorAll(".sessions li").length === 3);
        await others[2].page.goto(`${site.url}/api/tasks`);
        assert.equal(new URL(others[2].page.url()).pathname, "/");
        // Behind the password Enter means all others, not the first of the list.
        await page.locator(".sessions [name=password]").fill(person.password);
        await page.keyboard.press("Enter");
        await page.waitForFunction(() => document.querySelectorAll(".sessions li").length === 1);
        await rows.first().getByRole("button", {name: "Sign out"}).click();
        await page.locator("form.sign-in").waitFor();
        await check();
        for (const other of others) await other.check();
    });
}

for (const colorScheme of ["light", "dark"]) {
    for (const [width, language] of [[1280, "en"], [360, "ko"]]) {
        test(`everyone can read it: ${colorScheme}, ${width} px wide, ${language}`, async () => {
            const {page, check} = await openPage(site, {
                colorScheme, viewport: {width, height: 740}, reducedMotion: "reduce", locale: language === "ko" ? "ko-KR" : "en-GB",
            }, [422, 401]);
            const person = await register(site, page, "Ada Access");
            const look = async (what) => {
                await assertNothingSerious(page, what);
                await assertNoSidewaysScroll(page);
                if (process.env.PICTURES) await page.screenshot({path: `${process.env.PICTURES}/${what}-${colorScheme}-${language}.png`, fullPage: true});
            };
            // Another browser, so that there is one to be signed out.
            const {email, password} = person;
            await fetch(`${site.url}/api/login`, {method: "POST", headers: {Origin: site.url, "Content-Type": "application/json"}, body: JSON.stringify({email, password})});
            await page.goto(`${site.url}/api/users/me`);
            await page.locator("#end").waitFor();
            await look("sessions");
            await page.goto(`${site.url}/api/totp`);
            await look("off");
            await page.locator("main [name=password]").fill("wrong password");
            await page.locator("main .primary").click();
            await page.locator(".fault").waitFor();
            await look("fault");
            await page.locator("main [name=password]").fill(person.password);
            await page.locator("main .primary").click();
            await page.locator("main [name=code]").waitFor();
            await look("begun");
            await page.locator("main [name=code]").fill(codeOf(await page.locator("code.secret").innerText()));
            await page.locator("main .primary").click();
            await page.locator("li code.secret").first().waitFor();
            await look("recovery");
            await page.goto(`${site.url}/api/totp`);
            await look("on");
            await page.context().clearCookies();
            await fillSignIn(page, person);
            await page.locator("label.code").waitFor();
            await look("code");
            await check();
        });
    }
}
