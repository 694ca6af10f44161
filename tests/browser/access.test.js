/** Everyone can use the pages: axe finds nothing serious, contrast is 7:1, and small screens need no sideways scroll. */

import assert from "node:assert/strict";
import {after, before, test} from "node:test";
import {assertNothingSerious} from "./axe.js";
import {assertNoSidewaysScroll, openPage, register, signInUnseen, startSite} from "./site.js";

const FIRST_VISIT_BYTES = 40 * 1024;

let site;
before(async () => {
    site = await startSite();
});
after(() => site?.stop());

for (const colorScheme of ["light", "dark"]) {
    for (const width of [1280, 360]) {
        test(`${colorScheme}, ${width} px wide`, async () => {
            const {page, check} = await openPage(site, {colorScheme, viewport: {width, height: 740}, reducedMotion: "reduce"});
            await page.goto(site.url);
            await assertNothingSerious(page, "sign-in");
            await assertNoSidewaysScroll(page);
            await register(site, page, "Ada Access");
            await page.locator("tbody tr").first().waitFor();
            await assertNothingSerious(page, "list");
            await assertNoSidewaysScroll(page);
            await page.locator("form.new [name=title]").fill("Oil the hinges of the very long and heavy gate ".repeat(3));
            await page.locator("form.new summary").click();
            await page.locator("form.new [name=labels]").fill("a label that is rather long, another");
            await assertNoSidewaysScroll(page);
            await page.locator("form.new button").click();
            await page.locator("tbody a", {hasText: "Oil the hinges"}).first().click();
            await page.locator("form.edit [name=title]").waitFor();
            await page.locator(".history li").first().waitFor();
            await assertNothingSerious(page, "task");
            await assertNoSidewaysScroll(page);
            await page.locator(".close").click();
            await page.locator("details.menu summary").click();
            await assertNothingSerious(page, "menu");
            await assertNoSidewaysScroll(page);

            await page.goto(`${site.url}/api/tasks`);
            await assertNothingSerious(page, "list without JavaScript");
            await assertNoSidewaysScroll(page);
            await page.locator("tbody a").first().click();
            await assertNothingSerious(page, "task without JavaScript");
            await assertNoSidewaysScroll(page);
            await check();
        });
    }
}

test("the whole way from signing in to ticking a task off works by keyboard", async () => {
    const {page, check} = await openPage(site);
    await register(site, page, "Key Board");
    await page.locator("form.new [name=title]").focus();
    await page.keyboard.type("Wind the clock");
    await page.keyboard.press("Enter");
    const link = page.locator("tbody a", {hasText: "Wind the clock"});
    await link.waitFor();
    await link.focus();
    await page.keyboard.press("Enter");
    const progress = page.getByRole("slider", {name: "Progress"});
    await progress.focus();
    await page.keyboard.press("End");
    await page.locator("form.edit").getByText("Saved.").waitFor();
    await page.locator("tr.is-done", {hasText: "Wind the clock"}).waitFor();
    await check();
});

for (const path of ["/", "/tasks.html"]) {
    test(`the first visit to ${path} is small`, async () => {
        const {page, check} = await openPage(site);
        if (path !== "/") await signInUnseen(site, page, "anna@example.org");
        const loaded = [];
        page.on("requestfinished", (request) => loaded.push(request));
        await page.goto(site.url + path, {waitUntil: "networkidle"});
        // What the page is made of, with the heads of the answers; how much is told of tasks is the team's matter.
        const files = loaded.filter((request) => !request.url().includes("/api/"));
        const sizes = await Promise.all(files.map((request) => request.sizes()));
        const total = sizes.reduce((sum, {responseBodySize, responseHeadersSize}) => sum + responseBodySize + responseHeadersSize, 0);
        console.log(`${path}: ${total} bytes in ${files.length} files`);
        assert.ok(sizes.every(({responseBodySize}) => responseBodySize > 0), "nothing comes from a cache");
        assert.ok(total < FIRST_VISIT_BYTES, `${total} bytes`);
        await check();
    });
}
