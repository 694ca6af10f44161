/** Two people at one task: what they do apart is merged and told, what they do to the same field is decided by a person. */

import assert from "node:assert/strict";
import {after, before, test} from "node:test";
import {LOOKS, assertLooksRight, nameOf, options} from "./looks.js";
import {openPage, register, send, startSite} from "./site.js";

const WORDS = {
    en: {yours: "You wrote", theirs: "Otto Other wrote", keep: "Keep mine", take: "Take theirs", both: "Edit both together", saved: "Saved."},
    ko: {yours: "내가 쓴 내용", theirs: "Otto Other 님이 쓴 내용", keep: "내 것으로", take: "상대방 것으로", both: "합쳐서 고치기", saved: "저장했어요."},
};

let site;
before(async () => {
    site = await startSite();
});
after(() => site?.stop());

/** Two people in browsers of their own; the first has the task open. */
async function two(task, look = LOOKS[0]) {
    const one = await openPage(site, options(look), [412]);
    const other = await openPage(site);
    await register(site, one.page, "Una Own");
    await register(site, other.page, "Otto Other");
    const made = await send(one.page, "POST", "/api/tasks", task);
    await one.page.goto(`${site.url}/tasks.html?task=${made.id}`);
    await one.page.locator("form.edit [name=title]").waitFor();
    await one.page.locator(".history li").first().waitFor();
    const patch = async (values) => {
        const {version} = await send(other.page, "GET", `/api/tasks/${made.id}`);
        return send(other.page, "PATCH", `/api/tasks/${made.id}`, {...values, version});
    };
    return {
        page: one.page, patch, id: made.id,
        read: () => send(one.page, "GET", `/api/tasks/${made.id}`),
        async check() {
            await one.check();
            await other.check();
        },
    };
}

/** What the clock does every 15 seconds. */
const poll = (page) => page.evaluate(() => document.dispatchEvent(new Event("visibilitychange")));

async function writeDescription(page, text) {
    await page.locator("form.edit .description .write").click();
    await page.locator("form.edit [name=description]").fill(text);
}

for (const look of LOOKS) {
    test(`both versions stand side by side, with who and when and what differs: ${nameOf(look)}`, async () => {
        const words = WORDS[look.locale.slice(0, 2)];
        const {page, patch, read, check} = await two({title: "Paint the fence", description: "Bring brushes.\nStart at nine.", labels: ["garden"]}, look);
        await patch({title: "Paint the fence green", description: "Bring old brushes.\nStart at nine.", priority: "high", labels: ["garden", "green"]});
        await writeDescription(page, "Bring brushes and paint.\nStart at nine.");
        await page.locator("form.edit [name=title]").fill("Paint the fence blue");
        await page.locator("form.edit [name=labels]").fill("garden, blue");
        await page.locator("form.edit button.primary").click();
        const choices = page.locator(".choice");
        await choices.nth(2).waitFor();
        const title = choices.nth(0);
        assert.deepEqual(await title.locator("mark").allTextContents(), ["blue", "green"]);
        assert.equal(await title.locator(".side").nth(0).locator(".who").innerText(), words.yours);
        const who = title.locator(".side").nth(1).locator(".who");
        assert.ok((await who.innerText()).startsWith(words.theirs));
        assert.match(await who.locator("time").innerText(), /\d\d:\d\d/);
        assert.equal(await page.locator("form.edit [name=priority]").inputValue(), "high", "what they did elsewhere is merged");
        await assertLooksRight(page, "conflict", look);

        // Each field is decided on its own: mine, theirs, and both, here with the keyboard.
        await title.getByRole("button", {name: words.keep}).click();
        const description = page.locator(".choice").filter({hasText: "brushes"});
        await description.getByRole("button", {name: words.both}).focus();
        await page.keyboard.press("Enter");
        const text = page.locator("form.edit [name=description]");
        assert.equal(await text.inputValue(), "Bring old brushes.\nBring brushes and paint.\nStart at nine.");
        assert.ok(await text.evaluate((field) => field === document.activeElement));
        await text.fill("Bring old brushes and paint.\nStart at nine.");
        await page.locator(".choice").getByRole("button", {name: words.take}).focus();
        await page.keyboard.press("Enter");
        await page.locator("form.edit").getByText(words.saved).waitFor();
        const task = await read();
        assert.deepEqual([task.title, task.description, task.labels.join(), task.priority],
            ["Paint the fence blue", "Bring old brushes and paint.\nStart at nine.", "garden,green", "high"]);
        await check();
    });
}

test("changes by others appear by themselves and are told, and nothing that is being typed moves", async () => {
    const {page, patch, check} = await two({title: "Water the trees", description: "Two cans each"});
    await writeDescription(page, "Two cans each, three in August");
    await page.keyboard.press("Home");
    const caret = () => page.evaluate(() => document.activeElement.selectionStart);
    const before = await caret();
    await patch({due_on: "2030-05-04", progress: 30});
    await poll(page);
    const news = page.locator(".news");
    await news.getByText("Otto Other set the due date to 4 May 2030").waitFor();
    await news.getByText("Otto Other moved progress from 0 to 30").waitFor();
    assert.equal(await page.locator("form.edit [name=due_on]").inputValue(), "2030-05-04");
    assert.equal(await page.getByRole("slider", {name: "Progress"}).inputValue(), "30");
    assert.equal(await page.locator("form.edit [name=description]").inputValue(), "Two cans each, three in August");
    assert.equal(await caret(), before);
    assert.equal(await page.evaluate(() => document.activeElement.name), "description");
    await page.locator("form.edit button.primary").click();
    await page.locator("form.edit").getByText("Saved.").waitFor();
    assert.equal(await page.locator(".choice").count(), 0, "nothing overlaps");
    await check();
});

test("what somebody else changed while it was typed over is asked about, however many polls went by", async () => {
    const {page, patch, read, check} = await two({title: "Call the plumber"});
    await page.locator("form.edit [name=title]").focus();
    await page.keyboard.press("End");
    await page.keyboard.type(" today");
    await patch({title: "Call the plumber on Monday"});
    await poll(page);
    await page.locator(".news").getByText("Otto Other renamed").waitFor();
    await patch({priority: "urgent"});
    await poll(page);
    await page.waitForFunction(() => document.querySelector("form.edit [name=priority]").value === "urgent");
    await page.keyboard.press("Enter");
    const choice = page.locator(".choice");
    await choice.locator("blockquote", {hasText: "on Monday"}).waitFor();
    assert.equal((await read()).title, "Call the plumber on Monday");
    await choice.getByRole("button", {name: "Take theirs"}).click();
    await choice.waitFor({state: "detached"});
    assert.equal(await page.locator("form.edit [name=title]").inputValue(), "Call the plumber on Monday");
    await check();
});

test("a save that meets other fields merges without a question and says what came with it", async () => {
    const {page, patch, read, check} = await two({title: "Book the hall"});
    await patch({labels: ["spring"]});
    await page.locator("form.edit [name=priority]").selectOption("low");
    await page.locator("form.edit").getByText("Saved.").waitFor();
    await page.locator(".news").getByText("Otto Other set the labels spring").waitFor();
    assert.equal(await page.locator("form.edit [name=labels]").inputValue(), "spring");
    assert.deepEqual((await read()).labels, ["spring"]);
    await check();
});

test("both who wrote the same are asked nothing", async () => {
    const {page, patch, check} = await two({title: "Fold the sheets"});
    await patch({title: "Fold the white sheets"});
    await page.locator("form.edit [name=title]").fill("Fold the white sheets");
    await page.locator("form.edit button.primary").click();
    await page.locator("form.edit").getByText("Saved.").waitFor();
    assert.equal(await page.locator(".choice").count(), 0);
    await check();
});

test("progress is dragged, clicked, stepped in tens and typed", async () => {
    const {page, read, check} = await two({title: "Build the shed"});
    const slider = page.getByRole("slider", {name: "Progress"});
    const number = page.getByRole("spinbutton", {name: "Progress in percent"});
    const kept = async (percent) => {
        for (let tries = 0; tries < 40 && (await read()).progress !== percent; tries++) await page.waitForTimeout(100);
        assert.equal((await read()).progress, percent);
    };
    await slider.focus();
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("ArrowRight");
    assert.equal(await number.inputValue(), "20");
    await page.keyboard.press("ArrowLeft");
    await kept(10);
    await page.keyboard.type("45");
    assert.equal(await slider.inputValue(), "45");
    assert.equal(await slider.getAttribute("aria-valuetext"), "45%");
    await kept(45);
    await page.keyboard.press("ArrowRight");
    assert.equal(await slider.inputValue(), "50");
    await number.fill("62");
    await number.press("Enter");
    assert.equal(await slider.inputValue(), "62");
    await kept(62);
    const box = await slider.boundingBox();
    await page.mouse.click(box.x + box.width * 0.31, box.y + box.height / 2);
    await kept(30);
    await page.mouse.move(box.x + box.width * 0.3, box.y + box.height / 2);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.77, box.y + box.height / 2, {steps: 5});
    await page.mouse.up();
    await kept(80);
    await number.fill("250");
    await number.press("Tab");
    await kept(100);
    assert.equal((await read()).status, "done");
    assert.equal(await number.inputValue(), "100");
    await check();
});
