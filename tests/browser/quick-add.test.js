/** A new task in one line: signs are completed while one writes, and what was understood is said, with a way back. */

import assert from "node:assert/strict";
import {after, before, test} from "node:test";
import {LOOKS, assertLooksRight, nameOf, options} from "./looks.js";
import {openPage, register, startSite} from "./site.js";

const WORDS = {
    en: {list: "Suggestions", high: "!hi", highWhole: "!high", day: "^tom", dayWhole: "^tomorrow", label: "축제", told: "High · Tomorrow · #축제",
        undo: "Undo", open: "Open", more: "More fields", unknown: "@nobodyhere"},
    ko: {list: "추천", high: "!높", highWhole: "!높음", day: "^내", dayWhole: "^내일", label: "축제", told: "높음 · 내일 · #축제",
        undo: "되돌리기", open: "열기", more: "항목 더 쓰기", unknown: "@없는사람"},
};

let site;
before(async () => {
    site = await startSite();
});
after(() => site?.stop());

/** Types, and takes the first that is offered. */
async function complete(page, list, begun, key) {
    await page.keyboard.type(begun);
    await list.getByRole("option").first().waitFor();
    await page.keyboard.press(key);
    await list.waitFor({state: "hidden"});
}

for (const look of LOOKS) {
    test(`a line becomes a task, by keyboard alone: ${nameOf(look)}`, async () => {
        const words = WORDS[look.locale.slice(0, 2)];
        const {page, check} = await openPage(site, options(look));
        const person = await register(site, page, `Wim ${look.locale} ${look.width}`);
        const whole = person.name.replaceAll(" ", "");
        await page.locator("tbody tr").first().waitFor();
        const line = page.locator("form.new [name=title]");
        const list = page.getByRole("listbox", {name: words.list});
        await line.focus();
        await page.locator("form.new #signs").waitFor();
        await page.keyboard.type("Print flyers @wim");
        await list.getByRole("option").first().waitFor();
        assert.equal(await line.getAttribute("role"), "combobox");
        assert.equal(await line.getAttribute("aria-expanded"), "true");
        await assertLooksRight(page, "quick-add", look);
        const option = list.getByRole("option", {name: person.name});
        for (let i = 0; i < 8 && await option.getAttribute("aria-selected") !== "true"; i++) await page.keyboard.press("ArrowDown");
        await page.keyboard.press("Enter");
        assert.equal(await line.inputValue(), `Print flyers @${whole} `);
        await complete(page, list, words.high, "Tab");
        await complete(page, list, words.day, "Enter");
        assert.ok(await line.evaluate((field) => field === document.activeElement), "Tab completes, and stays");
        await complete(page, list, "#축", "Enter");
        assert.equal(await line.inputValue(), `Print flyers @${whole} ${words.highWhole} ${words.dayWhole} #${words.label} `);
        await page.keyboard.press("Enter");
        const notice = page.locator(".notice");
        await notice.getByText(`“Print flyers” · ${person.name} · ${words.told}`).waitFor();
        assert.equal(await line.inputValue(), "");
        await page.locator("tbody tr", {hasText: "Print flyers"}).first().waitFor();
        await assertLooksRight(page, "quick-added", look);

        await notice.getByRole("button", {name: words.open}).click();
        await page.locator("form.edit [name=title]").waitFor();
        assert.equal(await page.locator("form.edit [name=title]").inputValue(), "Print flyers");
        assert.equal(await page.locator("form.edit [name=labels]").inputValue(), words.label);
        assert.equal(await page.locator("form.edit [name=priority]").inputValue(), "high");
        await check();
    });

    test(`what the line says wrongly is said in place, and more fields take the rest: ${nameOf(look)}`, async () => {
        const words = WORDS[look.locale.slice(0, 2)];
        const {page, check} = await openPage(site, options(look), [422]);
        await register(site, page, "Fay Ult");
        const line = page.locator("form.new [name=title]");
        await line.fill(`Call the printer ${words.unknown}`);
        await page.keyboard.press("Enter");
        const fault = page.locator("form.new .fault.of-field");
        await fault.waitFor();
        assert.ok((await line.getAttribute("aria-describedby")).includes(await fault.getAttribute("id")));
        assert.equal(await line.inputValue(), `Call the printer ${words.unknown}`);
        assert.ok(await line.evaluate((field) => field === document.activeElement));
        await assertLooksRight(page, "quick-fault", look);

        // In the form the line is the title as it stands.
        await page.locator("form.new summary").focus();
        await page.keyboard.press("Enter");
        await page.locator("form.new [name=description]").fill("At ten");
        await page.locator("form.new [name=priority]").selectOption("low");
        await page.locator("form.new summary").click();
        assert.ok(await page.locator("form.new [name=description]").isVisible(), "what is filled in does not fold away");
        await assertLooksRight(page, "quick-more", look);
        await line.fill("Call @ten, #1 priority!");
        await page.locator("form.new button.primary").click();
        const row = page.locator("tbody tr", {hasText: "Call @ten, #1 priority!"}).first();
        await row.waitFor();
        assert.equal(await page.locator("form.new [name=description]").isVisible(), false);
        await page.locator(".notice").getByRole("button", {name: words.undo}).click();
        await row.waitFor({state: "detached"});
        await check();
    });
}
