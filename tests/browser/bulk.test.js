/** Several rows at once: chosen one by one, as a range or all; changed together, undone together. */

import assert from "node:assert/strict";
import {after, before, test} from "node:test";
import {assertNothingSerious} from "./axe.js";
import {changeTask, listTasks} from "./given.js";
import {assertNoSidewaysScroll, openPage, register, send, startSite} from "./site.js";

let site;
before(async () => {
    site = await startSite();
});
after(() => site?.stop());

function box(page, title) {
    return page.locator("tbody tr", {hasText: title}).getByRole("checkbox");
}

function chosen(page) {
    return page.locator("tr.is-chosen a").allInnerTexts();
}

function tasks(page, ids) {
    return Promise.all(ids.map((id) => send(page, "GET", `/api/tasks/${id}`)));
}

test("rows are chosen one by one, as a range, all, and none", async () => {
    const {page, check} = await openPage(site);
    await register(site, page, "Cho Oser");
    await listTasks(site, page, "row", ["Row A", "Row B", "Row C", "Row D"]);
    await box(page, "Row A").click();
    await page.locator(".bulk").getByText("1 chosen").waitFor();
    await box(page, "Row C").click({modifiers: ["Shift"]});
    await page.locator(".bulk").getByText("3 chosen").waitFor();
    assert.deepEqual(await chosen(page), ["Row A", "Row B", "Row C"]);
    await box(page, "Row B").click();
    await page.locator(".bulk").getByText("2 chosen").waitFor();
    assert.deepEqual(await chosen(page), ["Row A", "Row C"]);
    await page.keyboard.press("Escape");
    await page.locator(".bulk").waitFor({state: "detached"});
    await box(page, "Row B").focus();
    await page.keyboard.press("Control+a");
    await page.locator(".bulk").getByText("4 chosen").waitFor();
    assert.equal(await page.locator("thead .check input").isChecked(), true);
    // Within a field, it chooses the text as ever.
    await page.keyboard.press("Escape");
    await page.locator("form.filters [name=q]").focus();
    await page.keyboard.press("Control+a");
    await page.locator("thead .check input").hover();
    assert.equal(await page.locator(".bulk").count(), 0);
    await page.locator("thead .check input").click();
    await page.locator(".bulk").getByText("4 chosen").waitFor();
    await page.locator(".bulk").getByRole("button", {name: "Choose none"}).click();
    await page.locator(".bulk").waitFor({state: "detached"});
    await check();
});

test("all chosen get the same value, and one undo gives each its own back", async () => {
    const {page, check} = await openPage(site);
    await register(site, page, "Bulk Y");
    const ids = await listTasks(site, page, "heap", ["Heap A", "Heap B", "Heap C", "Heap D", "Heap E", "Heap F"]);
    await changeTask(page, ids[0], {status: "doing", progress: 40});
    await changeTask(page, ids[1], {priority: "urgent"});
    await page.reload();
    await page.locator("tbody tr").first().waitFor();
    const before = await tasks(page, ids);
    let atOnce = 0;
    let most = 0;
    page.on("request", (request) => request.method() === "PATCH" && (most = Math.max(most, ++atOnce)));
    page.on("requestfinished", (request) => request.method() === "PATCH" && atOnce--);
    await box(page, "Heap A").click();
    await page.keyboard.press("Control+a");
    const bar = page.locator(".bulk");
    await bar.getByText("6 chosen").waitFor();
    await bar.getByRole("combobox", {name: "Status"}).selectOption("done");
    await page.locator(".notice").getByText("Tasks changed: 6").waitFor();
    assert.deepEqual((await tasks(page, ids)).map(({status, progress}) => `${status} ${progress}`), ids.map(() => "done 100"));
    assert.ok(most > 1 && most <= 4, `${most} at once`);
    await page.locator(".notice").getByRole("button", {name: "Undo"}).click();
    await page.locator(".notice").getByText("Changed back: 6").waitFor();
    const values = ({title, status, progress, priority, labels}) => ({title, status, progress, priority, labels});
    assert.deepEqual((await tasks(page, ids)).map(values), before.map(values));

    // They are still chosen: the next change needs no new choice.
    await bar.getByRole("combobox", {name: "In charge"}).selectOption({label: "Bulk Y"});
    await page.locator(".notice").getByText("Tasks changed: 6").waitFor();
    await bar.getByRole("combobox", {name: "Priority"}).selectOption("urgent");
    await page.locator(".notice").getByText("Tasks changed: 5").waitFor();
    await bar.locator("[name=due_on]").fill("2031-02-03");
    await bar.getByRole("button", {name: "Set date"}).click();
    await page.locator(".notice").getByText("Tasks changed: 6").waitFor();
    await bar.locator("[name=label]").fill("winter");
    await bar.getByRole("button", {name: "Add label"}).click();
    await page.locator("tbody tr", {hasText: "Heap F"}).getByText("winter").waitFor();
    await bar.locator("[name=label]").fill("heap");
    await bar.getByRole("button", {name: "Remove label"}).click();
    await page.waitForFunction(() => !document.querySelector("tbody")?.textContent?.includes("heap"));
    for (const task of await tasks(page, ids))
        assert.deepEqual([task.assignee.name, task.priority, task.due_on, task.labels], ["Bulk Y", "urgent", "2031-02-03", ["winter"]]);
    await check();
});

test("what could not be kept is said by name, and stays chosen", async () => {
    const {page, check} = await openPage(site, {}, [412]);
    await register(site, page, "Fay Lure");
    const ids = await listTasks(site, page, "fail", ["Fail A", "Fail B", "Fail C"]);
    await changeTask(page, ids[1], {priority: "low"});
    await box(page, "Fail A").click();
    await page.keyboard.press("Control+a");
    await page.locator(".bulk").getByText("3 chosen").waitFor();
    await page.locator(".bulk").getByRole("combobox", {name: "Priority"}).selectOption("high");
    await page.locator(".bulk .failures").getByText("Fail B: somebody else changed it").waitFor();
    await page.locator(".bulk").getByText("1 chosen").waitFor();
    assert.deepEqual(await chosen(page), ["Fail B"]);
    assert.deepEqual((await tasks(page, ids)).map(({priority}) => priority), ["high", "low", "high"]);
    await assertNothingSerious(page, "failures");
    await check();
});

test("deleted together, restored together; what is another's stays, with the reason", async () => {
    const other = await openPage(site);
    await register(site, other.page, "Otto Owner");
    await listTasks(site, other.page, "bin", ["Bin X of Otto"]);
    const {page, check} = await openPage(site, {}, [403]);
    await register(site, page, "Dee Letter");
    await listTasks(site, page, "bin", ["Bin A", "Bin B"]);
    await box(page, "Bin A").click();
    await page.keyboard.press("Control+a");
    await page.locator(".bulk").getByText("3 chosen").waitFor();
    await page.locator(".bulk").getByRole("button", {name: "Delete"}).click();
    await page.locator(".bulk .failures").getByText("Bin X of Otto: Only the person who made this task").waitFor();
    assert.deepEqual(await page.locator("tbody a").allInnerTexts(), ["Bin X of Otto"]);
    await page.locator(".notice").getByText("Moved to the bin: 2").waitFor();
    await page.locator(".notice").getByRole("button", {name: "Undo"}).click();
    await page.locator(".notice").getByText("Changed back: 2").waitFor();
    await page.locator("tbody a", {hasText: "Bin B"}).waitFor();
    assert.equal(await page.locator("tbody a").count(), 3);
    await check();
    await other.check();
});

test("restored together from the bin, undone together; one alone, too", async () => {
    const other = await openPage(site);
    await register(site, other.page, "Ola Owner");
    const [theirs] = await listTasks(site, other.page, "back", ["Back X of Ola"]);
    await send(other.page, "DELETE", `/api/tasks/${theirs}`);
    const {page, check} = await openPage(site, {}, [403]);
    await register(site, page, "Rest Orer");
    for (const id of await listTasks(site, page, "back", ["Back A", "Back B"])) await send(page, "DELETE", `/api/tasks/${id}`);
    await page.goto(`${site.url}/tasks.html?bin=1&label=back&sort=title`);
    const rows = page.locator("tbody th > :first-child");
    await rows.nth(2).waitFor();
    await page.keyboard.press("j");
    await page.keyboard.press("x");
    await page.keyboard.press("j");
    await page.keyboard.press("j");
    await page.keyboard.press("Shift+X");
    const bar = page.locator(".bulk");
    await bar.getByText("3 chosen").waitFor();
    assert.deepEqual(await bar.getByRole("button").allInnerTexts(), ["Choose none", "Restore"]);
    await bar.getByRole("button", {name: "Restore"}).focus();
    await page.keyboard.press("Enter");
    await bar.locator(".failures").getByText("Back X of Ola: Only the person who made this task").waitFor();
    assert.deepEqual(await rows.allInnerTexts(), ["Back X of Ola"]);
    await page.locator(".notice").getByText("Restored: 2").waitFor();
    await page.locator(".notice").getByRole("button", {name: "Undo"}).click();
    await page.locator(".notice").getByText("Changed back: 2").waitFor();
    await rows.nth(2).waitFor();
    await page.keyboard.press("Escape");
    await bar.waitFor({state: "detached"});

    await page.getByRole("button", {name: "Restore: Back A"}).click();
    await rows.filter({hasText: "Back A"}).waitFor({state: "detached"});
    await page.locator(".notice").getByRole("button", {name: "Undo"}).click();
    await rows.filter({hasText: "Back A"}).waitFor();

    await page.locator("thead .check input").click();
    await bar.getByText("3 chosen").waitFor();
    await box(page, "Back X").click();
    await bar.getByRole("button", {name: "Restore"}).click();
    await rows.filter({hasText: "Back A"}).waitFor({state: "detached"});
    await bar.waitFor({state: "detached"});
    await page.goto(`${site.url}/tasks.html?label=back&sort=title`);
    await page.locator("tbody a").nth(1).waitFor();
    assert.deepEqual(await page.locator("tbody a").allInnerTexts(), ["Back A", "Back B"]);
    await check();
    await other.check();
});

test("a lost connection is tried once more by the person, not a hundred times by us", async () => {
    const {page, context, check} = await openPage(site);
    await register(site, page, "Lost Connie");
    await listTasks(site, page, "lost", Array.from({length: 12}, (_, i) => `Lost ${String(i).padStart(2, "0")}`));
    await box(page, "Lost 00").click();
    await page.keyboard.press("Control+a");
    await page.locator(".bulk").getByText("12 chosen").waitFor();
    let tried = 0;
    await context.route(/\/api\/tasks\/\d+$/, (route) => {
        tried++;
        return route.abort();
    });
    page.removeAllListeners("console");
    await page.locator(".bulk").getByRole("combobox", {name: "Priority"}).selectOption("high");
    await page.locator(".bulk .failures").getByText("Not changed, and still chosen: 12").waitFor();
    assert.ok(tried <= 4, `${tried} tries`);
    await context.unroute(/\/api\/tasks\/\d+$/);
    await page.locator(".bulk").getByRole("combobox", {name: "Priority"}).selectOption("high");
    await page.locator(".notice").getByText("Tasks changed: 12").waitFor();
    assert.equal(await page.locator(".bulk .failures li").count(), 0);
    await check();
});

for (const colorScheme of ["light", "dark"]) {
    test(`in Korean on a small screen, ${colorScheme}`, async () => {
        const {page, check} = await openPage(site, {locale: "ko-KR", colorScheme, viewport: {width: 360, height: 740}, reducedMotion: "reduce"});
        await register(site, page, "고르미");
        const ids = await listTasks(site, page, `작은화면${colorScheme}`, ["작은 화면 하나", "작은 화면 둘"]);
        await page.getByRole("button", {name: "고르기", exact: true}).click();
        await box(page, "작은 화면 하나").click();
        await page.locator(".bulk").getByText("1개 골랐어요").waitFor();
        await assertNothingSerious(page, "bulk");
        await assertNoSidewaysScroll(page);
        await page.locator(".bulk").getByRole("combobox", {name: "상태"}).selectOption("doing");
        await page.locator(".notice").getByText("할 일 1개를 바꿨어요").waitFor();
        await assertNothingSerious(page, "changed");
        await page.locator(".notice").getByRole("button", {name: "되돌리기"}).click();
        await page.locator(".notice").getByText("1개를 되돌렸어요").waitFor();
        await page.getByRole("button", {name: "고르기", exact: true}).click();
        await page.locator(".bulk").waitFor({state: "detached"});

        for (const id of ids) await send(page, "DELETE", `/api/tasks/${id}`);
        await page.goto(`${site.url}/tasks.html?bin=1&label=작은화면${colorScheme}`);
        await page.getByRole("button", {name: "고르기", exact: true}).click();
        await box(page, "작은 화면 하나").click();
        await box(page, "작은 화면 둘").click();
        await page.locator(".bulk").getByText("2개 골랐어요").waitFor();
        await assertNothingSerious(page, "bulk of the bin");
        await assertNoSidewaysScroll(page);
        await page.locator(".bulk").getByRole("button", {name: "복원"}).click();
        await page.locator(".notice").getByText("2개를 복원했어요").waitFor();
        await page.getByText("조건에 맞는 할 일이 없어요.").waitFor();
        await check();
    });
}
