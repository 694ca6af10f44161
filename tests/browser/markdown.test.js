/** Descriptions and comments are read as they are meant, written as they are typed, and do nothing else. */

import assert from "node:assert/strict";
import {after, before, test} from "node:test";
import {LOOKS, assertLooksRight, nameOf, options} from "./looks.js";
import {openPage, register, send, startSite} from "./site.js";

const TEXT = `# What to bring

- **forty** chairs
- ~~tables~~ *benches*

> From Min: see https://example.org/hall?a=1&b=2
1. first
2. \`then\`

A line that is rather long and goes on and on so that it has to be broken somewhere on a narrow screen, andawordthatisratherlongitselfandgoesonandonandon
`;

const WORDS = {
    en: {edit: "Edit", saved: "Saved.", name: "Description"},
    ko: {edit: "고치기", saved: "저장했어요.", name: "설명"},
};

let site;
before(async () => {
    site = await startSite();
});
after(() => site?.stop());

for (const look of LOOKS) {
    test(`a description is read, and written where one clicks or presses Enter: ${nameOf(look)}`, async () => {
        const words = WORDS[look.locale.slice(0, 2)];
        const {page, check} = await openPage(site, options(look));
        await register(site, page, "Mark Down");
        const {id} = await send(page, "POST", "/api/tasks", {title: "Carry the chairs", description: TEXT});
        await send(page, "POST", `/api/tasks/${id}/comments`, {body: "Done with **the chairs**, see #1\nand the rest"});
        await page.goto(`${site.url}/tasks.html?task=${id}`);
        const shown = page.locator(".description .rendered");
        const text = page.getByRole("textbox", {name: words.name, exact: true});
        const edit = page.locator(".description").getByRole("button", {name: words.edit});
        await shown.waitFor();
        assert.equal(await shown.locator("strong").innerText(), "forty");
        assert.equal(await shown.locator("ul > li").count(), 2);
        assert.equal(await shown.locator("ol > li").count(), 2);
        assert.equal(await shown.locator("del").innerText(), "tables");
        const link = shown.locator("a");
        assert.equal(await link.getAttribute("href"), "https://example.org/hall?a=1&b=2");
        assert.match(await link.getAttribute("rel"), /noopener/);
        assert.equal(await text.isVisible(), false);
        const comment = page.locator(".days blockquote");
        assert.equal(await comment.locator("strong").innerText(), "the chairs");
        assert.equal(await comment.locator("a").getAttribute("href"), "/tasks.html?task=1");
        await shown.scrollIntoViewIfNeeded();
        await assertLooksRight(page, "markdown", look);

        await shown.locator("strong").click();
        assert.ok(await text.evaluate((field) => field === document.activeElement));
        assert.equal(await text.inputValue(), TEXT);
        assert.ok(await page.locator(".description .hint").isVisible());
        await assertLooksRight(page, "markdown-writing", look);
        // Nothing changed: Escape goes back to reading, and the task stays open.
        await page.keyboard.press("Escape");
        await shown.waitFor();
        assert.ok(await edit.evaluate((button) => button === document.activeElement));
        await page.keyboard.press("Enter");
        await text.waitFor();
        await page.keyboard.press("Control+End");
        await page.keyboard.type("**new**");
        await page.keyboard.press("Control+Enter");
        await page.locator("form.edit").getByText(words.saved).waitFor();
        await page.locator("form.edit [name=title]").focus();
        await shown.locator("strong", {hasText: "new"}).waitFor();
        assert.equal(await text.isVisible(), false);

        // Emptied, there is nothing to read, only where to write.
        await edit.click();
        await text.fill("");
        await page.locator("form.edit button.primary").click();
        await page.locator("form.edit").getByText(words.saved).waitFor();
        await page.reload();
        await text.waitFor();
        assert.equal(await shown.isVisible(), false);
        await check();
    });
}

test("a click on a link follows it, and leaves the description as it is", async () => {
    const {page, check} = await openPage(site);
    await register(site, page, "Lin K");
    const {id} = await send(page, "POST", "/api/tasks", {title: "See the other", description: "Like #1"});
    await page.goto(`${site.url}/tasks.html?task=${id}`);
    await page.locator(".description .rendered a").click();
    await page.waitForURL("**/tasks.html?task=1");
    await check();
});

test("what others write into the description appears rendered, and not over what is typed", async () => {
    const {page, check} = await openPage(site);
    await register(site, page, "Ren Der");
    const {id} = await send(page, "POST", "/api/tasks", {title: "Two hands", description: "*one*"});
    await page.goto(`${site.url}/tasks.html?task=${id}`);
    const shown = page.locator(".description .rendered");
    await shown.locator("em", {hasText: "one"}).waitFor();
    await send(page, "PATCH", `/api/tasks/${id}`, {description: "*two*", version: 1});
    await page.evaluate(() => document.dispatchEvent(new Event("visibilitychange")));
    await shown.locator("em", {hasText: "two"}).waitFor();
    await page.locator(".description .write").click();
    await page.keyboard.press("Control+End");
    await page.keyboard.type(" hands");
    await send(page, "PATCH", `/api/tasks/${id}`, {description: "*three*", version: 2});
    await page.evaluate(() => document.dispatchEvent(new Event("visibilitychange")));
    await page.waitForTimeout(500);
    assert.equal(await page.locator("form.edit [name=description]").inputValue(), "*two* hands");
    await check();
});

test("markup, scripts and pictures in it are text", async () => {
    const {page, check} = await openPage(site);
    await register(site, page, "Hos Tile");
    const hostile = `<script>window.owned=1</script><img src=x onerror="window.owned=1">
[a](javascript:window.owned=1) [b](data:text/html,x) ![c](https://example.org/c.png) <svg/onload=window.owned=1>
&lt;script&gt; "onmouseover=window.owned=1 https://example.org/"onmouseover="window.owned=1`;
    const {id} = await send(page, "POST", "/api/tasks", {title: "Hostile", description: hostile});
    await send(page, "POST", `/api/tasks/${id}/comments`, {body: hostile});
    await page.goto(`${site.url}/tasks.html?task=${id}`);
    await page.locator(".description .rendered").waitFor();
    await page.locator(".days blockquote").waitFor();
    for (const place of [".description .rendered", ".days blockquote"]) {
        const found = await page.locator(place).evaluate((root) => [...root.querySelectorAll("*")].map((element) =>
            [element.localName, ...[...element.attributes].map(({name, value}) => `${name}=${value}`)].join(" ")));
        for (const element of found) assert.match(element, /^(p|br|em|strong|del|code|a href=https:[^"]* rel=[a-z ]+)$/, `${place}: ${element}`);
        assert.match(await page.locator(place).innerText(), /<script>window\.owned=1<\/script>/);
    }
    await page.locator(".description .rendered").hover();
    assert.equal(await page.evaluate("window.owned"), undefined);
    await check();
});
