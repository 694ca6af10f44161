/** The way of every day works in another engine as well: sign in, write a task, move it, comment, sign out, in Firefox. */

import assert from "node:assert/strict";
import {existsSync} from "node:fs";
import {after, before, test} from "node:test";
import puppeteer from "puppeteer-core";
import {PASSWORD, startSite} from "./site.js";

const FIREFOX = "/usr/bin/firefox-esr";
const skip = existsSync(FIREFOX) ? false : `${FIREFOX} is not there`;
const PATIENCE_MS = 30000;

let site, browser;
before(async () => {
    if (skip) return;
    site = await startSite();
    browser = await puppeteer.launch({browser: "firefox", executablePath: FIREFOX, headless: true});
});
after(async () => {
    await browser?.close();
    await site?.stop();
});

test("the way of every day, in Firefox", {skip}, async () => {
    const page = await browser.newPage();
    page.setDefaultTimeout(PATIENCE_MS);
    await page.setViewport({width: 1280, height: 900});
    const errors = [];
    page.on("pageerror", (error) => errors.push(String(error)));
    page.on("console", (message) => message.type() === "error" && errors.push(message.text()));

    await page.goto(site.url);
    await page.locator("form.sign-in [name=email]").fill("anna@example.org");
    await page.locator("form.sign-in [name=password]").fill(PASSWORD);
    await page.locator("form.sign-in button").click();
    await page.locator("details.menu summary .name").wait();
    await page.waitForSelector(".tasks tbody tr");

    await page.locator("form.new [name=title]").fill("Wind the clock in the hall");
    await page.keyboard.press("Enter");
    const link = await page.waitForSelector("::-p-xpath(//tbody//a[contains(., 'Wind the clock')])");
    await link.click();
    const progress = await page.waitForSelector("form.edit [name=progress]", {visible: true});
    await progress.focus();
    for (let step = 0; step < 3; step++) await page.keyboard.press("ArrowRight");
    await page.waitForSelector("::-p-xpath(//article//*[contains(text(), ' to 30')])");
    await page.waitForSelector("::-p-xpath(//tbody//tr[contains(., 'Wind the clock')]//*[contains(text(), '30')])");

    await page.locator("form.comment textarea").fill("The key is under the clock.");
    await page.locator("form.comment button").click();
    await page.waitForSelector("::-p-xpath(//blockquote[contains(., 'The key is under the clock.')])");
    const wider = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    assert.equal(wider, 0);

    await page.locator("article .close").click();
    await page.locator("details.menu summary").click();
    await page.locator(".menu-box form button").click();
    await page.locator("form.sign-in").wait();
    const answer = await page.goto(`${site.url}/api/tasks`);
    assert.match(await answer.text(), /<form class="sign-in"/);
    assert.deepEqual(errors, []);
});
