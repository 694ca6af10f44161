/** By keyboard: single keys that do something, a sheet that lists them, and a way to turn them off. */

import assert from "node:assert/strict";
import {after, before, test} from "node:test";
import {assertNothingSerious} from "./axe.js";
import {listTasks} from "./given.js";
import {assertNoSidewaysScroll, openPage, register, startSite} from "./site.js";

let site;
before(async () => {
    site = await startSite();
});
after(() => site?.stop());

/** Until this has the focus. */
function untilFocused(page, selector, text = "") {
    return page.waitForFunction(([selector, text]) => document.activeElement?.matches(selector)
        && document.activeElement.textContent.includes(text), [selector, text]);
}

test("rows are reached, opened, chosen and changed without a mouse", async () => {
    const {page, check} = await openPage(site);
    await register(site, page, "Kit Keys");
    await listTasks(site, page, "keys", ["Key A", "Key B", "Key C"]);
    await page.keyboard.press("j");
    await untilFocused(page, "tbody a", "Key A");
    await page.keyboard.press("j");
    await untilFocused(page, "tbody a", "Key B");
    await page.keyboard.press("ArrowDown");
    await untilFocused(page, "tbody a", "Key C");
    await page.keyboard.press("k");
    await untilFocused(page, "tbody a", "Key B");
    await page.keyboard.press("x");
    await page.locator(".bulk").getByText("1 chosen").waitFor();
    await page.keyboard.press("j");
    await page.keyboard.press("Shift+X");
    await page.locator(".bulk").getByText("2 chosen").waitFor();
    await page.keyboard.press("Escape");
    await page.locator(".bulk").waitFor({state: "detached"});
    await page.keyboard.press("e");
    await untilFocused(page, "[type=range]");
    await page.keyboard.press("ArrowRight");
    await page.locator("tbody tr", {hasText: "Key C"}).getByText("10%").waitFor();
    await page.locator(".notice").getByText("Saved.").waitFor();
    await page.keyboard.press("k");
    await page.keyboard.press("Enter");
    await page.locator("article.task form.edit [name=title]").waitFor();
    assert.equal(await page.locator("form.edit [name=title]").inputValue(), "Key B");
    await page.keyboard.press("Escape");
    await page.locator("article.task").waitFor({state: "detached"});
    await untilFocused(page, "tbody a", "Key B");
    await check();
});

test("a field takes letters as letters, and a modifier makes them the browser's", async () => {
    const {page, check} = await openPage(site);
    await register(site, page, "Fia Field");
    await listTasks(site, page, "field", ["Field A"]);
    await page.keyboard.press("/");
    await untilFocused(page, "[name=q]");
    await page.keyboard.type("/cnjkxebg?");
    assert.equal(await page.locator("[name=q]").inputValue(), "/cnjkxebg?");
    await page.locator("[name=q]").fill("");
    await page.locator("h1").click();
    await page.keyboard.press("c");
    await untilFocused(page, "form.new input");
    await page.keyboard.type("nine");
    assert.equal(await page.locator("form.new [name=title]").inputValue(), "nine");
    await page.locator("form.new [name=title]").fill("");
    await page.locator("h1").click();
    for (const key of ["Control+b", "Alt+x", "Meta+e", "Control+Shift+?"]) await page.keyboard.press(key);
    assert.doesNotMatch(page.url(), /layout/);
    assert.equal(await page.locator(".bulk, dialog").count(), 0);
    await page.keyboard.press("n");
    await untilFocused(page, "form.new input");
    await check();
});

test("with a Korean keyboard the same keys do the same", async () => {
    const {page, check} = await openPage(site, {locale: "ko-KR"});
    await register(site, page, "한글쇠");
    await listTasks(site, page, "hangul", ["가나다"]);
    // As browsers tell of it while Hangul is typed: the letter is another, the key is the same.
    await page.evaluate(() => document.body.dispatchEvent(new KeyboardEvent("keydown", {key: "ㅓ", code: "KeyJ", bubbles: true, cancelable: true})));
    await untilFocused(page, "tbody a", "가나다");
    await check();
});

for (const [locale, width, colorScheme] of [["en-GB", 1280, "light"], ["ko-KR", 360, "dark"]]) {
    test(`the sheet of shortcuts, ${locale}, ${width} px wide, ${colorScheme}`, async () => {
        const {page, check} = await openPage(site, {locale, colorScheme, viewport: {width, height: 740}, reducedMotion: "reduce"});
        const isKorean = locale === "ko-KR";
        await register(site, page, "Sheet Reader");
        await page.locator("tbody tr").first().waitFor();
        await page.keyboard.press("?");
        const sheet = page.getByRole("dialog", {name: isKorean ? "단축키" : "Keyboard shortcuts"});
        await sheet.waitFor();
        await assertNothingSerious(page, "shortcuts");
        await assertNoSidewaysScroll(page);
        await page.keyboard.press("Escape");
        await sheet.waitFor({state: "detached"});
        // By mouse, from the menu; and turned off there.
        await page.locator("details.menu summary").click();
        await page.getByRole("button", {name: isKorean ? "단축키" : "Keyboard shortcuts"}).click();
        await sheet.getByRole("checkbox").uncheck();
        await sheet.getByRole("button", {name: isKorean ? "닫기" : "Close"}).click();
        await sheet.waitFor({state: "detached"});
        for (const key of ["?", "j", "x"]) await page.keyboard.press(key);
        await page.reload();
        await page.locator("tbody tr").first().waitFor();
        for (const key of ["?", "j", "x"]) await page.keyboard.press(key);
        await page.locator("details.menu summary").click();
        assert.equal(await page.locator("dialog, tr.is-chosen").count(), 0);
        await page.locator(".to-keys").click();
        await sheet.getByRole("checkbox").check();
        await page.keyboard.press("Escape");
        await sheet.waitFor({state: "detached"});
        await page.keyboard.press("?");
        await sheet.waitFor();
        // Before the closed one has left the page, too: the focus may still be in it.
        await page.evaluate(() => {
            const dialog = /** @type {HTMLDialogElement} */ (document.querySelector("dialog.keys"));
            dialog.close();
            dialog.querySelector("input").dispatchEvent(new KeyboardEvent("keydown", {key: "?", code: "Slash", bubbles: true, cancelable: true}));
        });
        await sheet.waitFor();
        await page.evaluate(() => {
            /** @type {HTMLDialogElement} */ (document.querySelector("dialog.keys")).close();
            /** @type {HTMLElement} */ (document.querySelector(".to-keys")).click();
        });
        await sheet.waitFor();
        await check();
    });
}
