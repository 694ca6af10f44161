/** Mails can be read by everyone: in light and dark, on a telephone, and where a reader drops the style element. */

import assert from "node:assert/strict";
import {after, before, test} from "node:test";
import {assertNothingSerious} from "./axe.js";
import {startBrowser} from "./browser.js";
import {asPage, KINDS, LANGUAGES, makeMails, withoutStyle} from "./mails.js";
import {assertNoSidewaysScroll} from "./site.js";

let browser;
let mails;
before(async () => {
    mails = makeMails();
    browser = await startBrowser();
});
after(() => browser?.close());

async function open(html, width, colorScheme) {
    const page = await browser.newPage({viewport: {width, height: 740}, colorScheme});
    await page.setContent(html);
    return page;
}

/** Nothing serious, and no contrast that axe could not decide. */
async function assertReadable(page, where) {
    const found = await assertNothingSerious(page, where);
    // What axe could not decide would be passed over in silence; a single sign has the colour of its line.
    const undecided = found.incomplete
        .filter((rule) => rule.id.startsWith("color-contrast"))
        .flatMap((rule) => rule.nodes)
        .filter((node) => !node.any.every((check) => ["shortTextContent", "nonBmp"].includes(check.data?.messageKey)));
    assert.deepEqual(undecided.map((node) => `${where}: ${node.html} ${node.failureSummary}`), []);
}

for (const colorScheme of ["light", "dark"]) {
    for (const width of [1000, 360]) {
        test(`${colorScheme}, ${width} px wide`, async () => {
            for (const [name, mail] of Object.entries(mails)) {
                const page = await open(mail.html, width, colorScheme);
                // Colours, words and structure are those of any width.
                if (width === 1000) await assertReadable(page, name);
                await assertNoSidewaysScroll(page);
                await page.close();
            }
        });
    }

    test(`${colorScheme}, without the style element`, async () => {
        for (const [name, mail] of Object.entries(mails)) {
            assert.notEqual(withoutStyle(mail.html), mail.html);
            const page = await open(withoutStyle(mail.html), 360, colorScheme);
            await assertReadable(page, name);
            await assertNoSidewaysScroll(page);
            await page.close();
        }
    });
}

test("plain text needs no sideways scroll", async () => {
    for (const mail of Object.values(mails)) {
        const page = await open(asPage(mail.text), 360, "light");
        await assertNoSidewaysScroll(page);
        await page.close();
    }
});

test("a mail loads nothing and runs nothing", async () => {
    for (const [name, mail] of Object.entries(mails)) {
        const page = await browser.newPage();
        const asked = [];
        page.on("request", (request) => asked.push(request.url()));
        await page.setContent(mail.html);
        assert.deepEqual(asked, [], name);
        assert.equal(await page.locator("script, img, link, iframe, form").count(), 0, name);
        await page.close();
    }
});

test("what changed is said by more than colour", async () => {
    for (const language of LANGUAGES) {
        const page = await open(mails[`comment.${language}`].html, 1000, "light");
        for (const [tag, sign] of [["del", "−"], ["ins", "+"]]) {
            const lines = page.locator(`div:has(> ${tag}), div:has(> span > ${tag})`);
            assert.ok(await lines.count() > 1);
            for (const line of await lines.all()) assert.ok((await line.innerText()).startsWith(sign));
        }
        const decorated = (tag) => page.locator(`span > ${tag}`).evaluateAll((all) => all.map((one) => getComputedStyle(one).textDecorationLine));
        assert.deepEqual(new Set(await decorated("del")), new Set(["line-through"]));
        assert.deepEqual(new Set(await decorated("ins")), new Set(["underline"]));
        await page.close();
    }
});

test("a name that runs from right to left turns nothing else round", async () => {
    const page = await open(mails["comment.en"].html, 1000, "light");
    const sentence = page.locator("p", {has: page.locator("bdi")});
    const [name, rest] = await sentence.evaluate((paragraph) => {
        const bdi = paragraph.querySelector("bdi");
        const range = document.createRange();
        range.selectNodeContents(bdi.nextSibling);
        return [bdi.getBoundingClientRect(), range.getBoundingClientRect()].map((box) => ({left: box.left, right: box.right}));
    });
    assert.ok(name.right <= rest.left + 1, JSON.stringify({name, rest}));
    await page.close();
});

test("there is a mail of each kind in each language", () => {
    assert.equal(Object.keys(mails).length, KINDS.length * LANGUAGES.length);
    for (const [name, mail] of Object.entries(mails)) {
        const language = name.split(".")[1];
        assert.ok(mail.html.includes(`<html lang="${language}">`));
        assert.equal(/[가-힣]요\./.test(mail.text.split("\n-- \n")[1]), language === "ko", name);
    }
});
