/** Light and dark are the system's unless somebody chose, which holds from the first paint on, in every tab; and paper is white. */

import assert from "node:assert/strict";
import {after, before, test} from "node:test";
import {assertNothingSerious} from "./axe.js";
import {openPage, register, startSite} from "./site.js";

let site;
before(async () => {
    site = await startSite();
});
after(() => site?.stop());

const LIGHT_PAPER = "oklch(0.972 0.006 85)";
const DARK_PAPER = "oklch(0.195 0.008 85)";

/** @param {import("playwright-core").Page} page */
function paper(page) {
    return page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
}

async function choose(page, name) {
    if ((await page.locator("details.menu").getAttribute("open")) === null) await page.locator("details.menu summary").click();
    await page.getByRole("button", {name, exact: true}).click();
    assert.equal(await page.locator(".scheme [aria-pressed=true]").textContent(), name);
}

test("the choice holds on pages with scripts and on those of the server, and follows the system again", async () => {
    const {context, page, check} = await openPage(site, {colorScheme: "light"});
    await register(site, page, "Lu Mi");
    assert.equal(await paper(page), LIGHT_PAPER);
    await choose(page, "Dark");
    assert.equal(await paper(page), DARK_PAPER);
    await assertNothingSerious(page, "menu");

    const other = await context.newPage();
    await other.goto(`${site.url}/api/users/me`);
    assert.equal(await paper(other), DARK_PAPER);
    await choose(other, "System");
    assert.equal(await paper(other), LIGHT_PAPER);
    await page.waitForFunction((light) => getComputedStyle(document.documentElement).backgroundColor === light, LIGHT_PAPER);

    await other.emulateMedia({colorScheme: "dark"});
    assert.equal(await paper(other), DARK_PAPER);
    await choose(page, "Light");
    await other.waitForFunction((light) => getComputedStyle(document.documentElement).backgroundColor === light, LIGHT_PAPER);
    await check();
});

test("a page is not painted in another scheme first", async () => {
    const {context, page, check} = await openPage(site, {colorScheme: "light"}, [404]);
    await page.goto(site.url);
    await page.evaluate(() => localStorage.setItem("scheme", "dark"));
    // Whatever a page runs later, what paints first is known where the body begins.
    await context.addInitScript(() => {
        new MutationObserver((_, observer) => {
            if (!document.body) return;
            window["begun"] = document.documentElement.dataset.scheme;
            observer.disconnect();
        }).observe(document, {childList: true, subtree: true});
    });
    for (const path of ["/", "/forgot.html", "/reset.html", "/api/nothing"]) {
        await page.goto(site.url + path);
        assert.equal(await page.evaluate("begun"), "dark", path);
        assert.equal(await paper(page), DARK_PAPER, path);
    }
    await check();
});

test("on paper stands what there is to read, in ink on white, whatever was chosen", async () => {
    const {page, check} = await openPage(site, {colorScheme: "dark"});
    await register(site, page, "Pa Per");
    await choose(page, "Dark");
    await page.keyboard.press("Escape");
    await page.locator("tbody tr").first().waitFor();
    await page.emulateMedia({media: "print"});
    assert.equal(await paper(page), "rgb(255, 255, 255)");
    assert.ok(await page.locator("tbody tr").first().isVisible());
    for (const hidden of [".top", "form.new", "form.filters"]) assert.ok(!(await page.locator(hidden).isVisible()), hidden);
    await page.emulateMedia({media: "screen"});
    await page.locator("tbody a").first().click();
    await page.locator(".history li").first().waitFor();
    await page.emulateMedia({media: "print"});
    assert.ok(await page.locator("article.task [name=title]").isVisible());
    for (const hidden of [".tasks", "form.comment", ".actions"]) assert.ok(!(await page.locator(hidden).first().isVisible()), hidden);
    await check();
});

test("it can be installed, in both languages", async () => {
    for (const [locale, name] of [["en-GB", "Pumasi"], ["ko-KR", "품앗이"]]) {
        const {page, check} = await openPage(site, {locale});
        await page.goto(site.url);
        const session = await page.context().newCDPSession(page);
        const {data, errors} = await session.send("Page.getAppManifest");
        assert.deepEqual(errors, []);
        const manifest = JSON.parse(data);
        assert.equal(manifest.name, name);
        for (const icon of manifest.icons) {
            const answer = await page.request.get(site.url + icon.src);
            assert.equal(answer.status(), 200, icon.src);
            assert.equal(answer.headers()["content-type"].split(";")[0], icon.type);
            if (icon.sizes === "any") continue;
            const bytes = await answer.body();
            assert.equal(`${bytes.readUInt32BE(16)}x${bytes.readUInt32BE(20)}`, icon.sizes);
        }
        assert.ok(manifest.icons.some((icon) => icon.purpose === "maskable"));
        await check();
    }
});
