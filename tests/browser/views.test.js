/** Saved views: what one looks at each morning, under a name. */

import assert from "node:assert/strict";
import {after, before, test} from "node:test";
import {assertNothingSerious} from "./axe.js";
import {assertNoSidewaysScroll, openPage, register, send, startSite} from "./site.js";

let site;
before(async () => {
    site = await startSite();
});
after(() => site?.stop());

async function keep(page, name) {
    await page.getByRole("button", {name: "Save this view"}).click();
    await page.getByRole("textbox", {name: "Name of the view"}).fill(name);
    await page.keyboard.press("Enter");
    await page.locator(".notice").getByText(`Saved: “${name}”`).waitFor();
}

function view(page, name) {
    return page.locator(".views").getByRole("link", {name, exact: true});
}

test("filters and layout are kept under a name, taken up again, and forgotten", async () => {
    const {page, check} = await openPage(site);
    await register(site, page, "Vi Ewer");
    await page.locator("tbody tr").first().waitFor();
    // There is nothing to keep of a list without filters.
    assert.equal(await page.locator(".views").isVisible(), false);
    await page.locator("form.filters [name=status]").selectOption("doing");
    await page.locator("form.filters [name=sort]").selectOption("due");
    await page.getByRole("button", {name: "Board"}).click();
    await page.locator(".card").first().waitFor();
    await keep(page, "Morning");
    assert.equal(await view(page, "Morning").getAttribute("aria-current"), "page");
    assert.equal(await page.getByRole("button", {name: "Save this view"}).count(), 0);

    await page.locator("a.brand").click();
    await page.locator("tbody tr").first().waitFor();
    await page.reload();
    await view(page, "Morning").click();
    await page.locator(".card").first().waitFor();
    assert.deepEqual(Object.fromEntries(new URL(page.url()).searchParams), {status: "doing", sort: "due", layout: "board", group: "status"});
    assert.equal(await page.locator("form.filters [name=status]").inputValue(), "doing");

    // The same name takes the new filters.
    await page.locator("form.filters [name=assignee]").selectOption("none");
    await keep(page, "Morning");
    assert.equal(await page.locator(".view").count(), 1);
    await page.reload();
    await page.locator(".views [aria-current]").waitFor();

    await page.getByRole("button", {name: "Delete the view Morning"}).click();
    await view(page, "Morning").waitFor({state: "detached"});
    await page.locator(".notice").getByRole("button", {name: "Undo"}).click();
    await view(page, "Morning").waitFor();
    await page.getByRole("button", {name: "Delete the view Morning"}).click();
    await page.locator(".notice").getByText("Deleted: “Morning”").waitFor();
    await page.reload();
    await page.getByRole("button", {name: "Save this view"}).waitFor();
    assert.equal(await page.locator(".view").count(), 0);
    await check();
});

test("what cannot be kept is said where the name is typed, and Escape lets it be", async () => {
    const {page, check} = await openPage(site, {}, [422, 409]);
    await register(site, page, "Mani Fold");
    for (let i = 0; i < 30; i++) await send(page, "POST", "/api/views", {name: `View ${i}`, query: `q=${i}`});
    await page.goto(`${site.url}/tasks.html?due=week`);
    await page.locator(".view").nth(29).waitFor();
    await page.getByRole("button", {name: "Save this view"}).press("Enter");
    await page.keyboard.type("One too many");
    await page.keyboard.press("Enter");
    await page.locator(".views .fault", {hasText: "You have 30 saved views."}).waitFor();
    assert.equal(await page.getByRole("textbox", {name: "Name of the view"}).inputValue(), "One too many");
    await page.keyboard.press("Escape");
    await page.getByRole("button", {name: "Save this view"}).waitFor();
    assert.equal(await page.evaluate(() => document.activeElement?.textContent), "Save this view");
    await check();
});

for (const [locale, width, colorScheme] of [["en-GB", 1280, "light"], ["ko-KR", 360, "dark"]]) {
    test(`everyone can use the views: ${locale}, ${width} px, ${colorScheme}`, async () => {
        const {page, check} = await openPage(site, {locale, colorScheme, viewport: {width, height: 740}, reducedMotion: "reduce"});
        const isKorean = locale === "ko-KR";
        await register(site, page, "Axe Views");
        await page.goto(`${site.url}/tasks.html?status=doing`);
        await page.getByRole("button", {name: isKorean ? "이 보기 저장" : "Save this view"}).click();
        await page.getByRole("textbox", {name: isKorean ? "보기 이름" : "Name of the view"}).fill("A name that is as long as a name can be, fifty now.".slice(0, 50));
        await assertNothingSerious(page, "naming");
        await assertNoSidewaysScroll(page);
        await page.keyboard.press("Enter");
        await page.locator(".views [aria-current]").waitFor();
        await assertNothingSerious(page, "views");
        await assertNoSidewaysScroll(page);
        await check();
    });
}

/** Where things stand, to the pixel. */
function placesOf(page, selector) {
    return page.locator(selector).evaluateAll((parts) => parts.map((part) => {
        const {left, right, top, bottom} = part.getBoundingClientRect();
        return [left, right, top, bottom].map(Math.round);
    }));
}

test("the first filter moves nothing", async () => {
    const {page, check} = await openPage(site, {viewport: {width: 1280, height: 740}});
    await register(site, page, "Stan Still");
    await page.locator("tbody tr").first().waitFor();
    const before = await placesOf(page, ".filters label, .tasks thead tr");
    await page.locator("form.filters [name=status]").selectOption("doing");
    await page.getByRole("button", {name: "Save this view"}).waitFor();
    assert.deepEqual(await placesOf(page, ".filters label, .tasks thead tr"), before);
    await check();
});

test("in a narrow window the filters in force are in sight, with the way out of them", async () => {
    const {page, check} = await openPage(site, {viewport: {width: 360, height: 740}});
    await register(site, page, "Nara Row");
    await page.locator("tbody tr").first().waitFor();
    await page.locator("form.filters [name=sort]").scrollIntoViewIfNeeded();
    await page.locator("form.filters [name=due]").selectOption("week");
    await page.locator(".filters .clear").waitFor();
    for (const selector of [".filters [name=q]", ".filters [name=due]", ".filters .clear"]) {
        const [[left, right]] = await placesOf(page, selector);
        assert.ok(left >= 0 && right <= 360, `${selector}: ${left} to ${right}`);
    }
    await page.locator(".filters .clear").click();
    await page.locator(".filters .clear").waitFor({state: "hidden"});
    // The second line of each row stands in the same columns.
    for (const column of ["assignee", "progress", "status"])
        assert.equal(new Set((await placesOf(page, `tbody td.${column}`)).map(([left]) => left)).size, 1, column);

    const {page: plain, check: checkPlain} = await openPage(site, {viewport: {width: 360, height: 740}, javaScriptEnabled: false,
        storageState: await page.context().storageState()});
    await plain.goto(`${site.url}/api/tasks?status=doing`);
    const [[left, right]] = await placesOf(plain, ".filters button");
    assert.ok(left >= 0 && right <= 360, `the button: ${left} to ${right}`);
    assert.equal(await plain.locator(".filters .is-set").count(), 1);
    await checkPlain();
    await check();
});
