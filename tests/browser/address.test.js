/** The page's address says what it shows: filters, the open task, the language. */

import assert from "node:assert/strict";
import {after, before, test} from "node:test";
import {makeTasks} from "./given.js";
import {openPage, register, startSite} from "./site.js";

let site;
before(async () => {
    site = await startSite();
});
after(() => site?.stop());

async function create(page, title, fields = {}) {
    const form = page.locator("form.new");
    await form.locator("[name=title]").fill(title);
    if (Object.keys(fields).length) await form.locator("summary").click();
    for (const [name, value] of Object.entries(fields)) await form.locator(`[name=${name}]`).fill(value);
    await form.locator("button").click();
    await page.locator("tbody a", {hasText: title}).waitFor();
}

function asked(page) {
    return Object.fromEntries(new URL(page.url()).searchParams);
}

test("filters are kept in the address and restored from it", async () => {
    const {page, check} = await openPage(site);
    await register(site, page, "Fia Filter");
    await create(page, "Label the jars", {labels: "jars, kitchen", due_on: "2020-01-01"});
    await create(page, "Count the spoons", {labels: "kitchen"});

    await page.locator("form.filters [name=q]").pressSequentially("jars");
    await page.waitForURL(/q=jars/);
    await page.locator("tbody a", {hasText: "Count the spoons"}).waitFor({state: "detached"});
    await page.locator("form.filters [name=due]").selectOption("overdue");
    await page.locator("form.filters [name=assignee]").selectOption("none");
    await page.locator("form.filters [name=sort]").selectOption("title");
    await page.waitForURL(/sort=title/);
    assert.deepEqual(asked(page), {q: "jars", due: "overdue", assignee: "none", sort: "title"});

    await page.reload();
    const row = page.locator("tbody tr");
    await row.first().waitFor();
    assert.equal(await row.count(), 1);
    assert.match(await row.locator(".due").innerText(), /days late/);
    assert.equal(await page.locator("form.filters [name=q]").inputValue(), "jars");
    assert.equal(await page.locator("form.filters [name=order]").inputValue(), "asc");

    await page.goBack();
    await page.waitForURL((url) => !url.searchParams.has("sort"));
    await page.goto(`${site.url}/tasks.html?label=kitchen`);
    await page.locator("tbody a", {hasText: "Count the spoons"}).waitFor();
    await page.locator("form.filters [name=q]").fill("nothing like it");
    await page.locator(".empty a.clear").click();
    await page.waitForURL(`${site.url}/tasks.html`);
    await page.locator("tbody a", {hasText: "Count the spoons"}).waitFor();
    await check();
});

test("an open task has its own address, and the back button closes it", async () => {
    const {page, check} = await openPage(site);
    await register(site, page, "Bea Back");
    await create(page, "Hang the lanterns");
    await page.locator("tbody a", {hasText: "Hang the lanterns"}).click();
    await page.locator("article.task").waitFor();
    const id = asked(page).task;
    assert.match(id, /^\d+$/);
    await page.goBack();
    await page.locator("article.task").waitFor({state: "detached"});
    await page.goto(`${site.url}/tasks.html?task=${id}`);
    await page.waitForFunction(() => document.querySelector("form.edit [name=title]")?.value === "Hang the lanterns");
    await page.keyboard.press("Escape");
    await page.locator("article.task").waitFor({state: "detached"});
    assert.equal(asked(page).task, undefined);
    await check();
});

test("more rows come behind the first page", async () => {
    const {page, check} = await openPage(site);
    await register(site, page, "Mo Re");
    await makeTasks(page, Array.from({length: 60}, (_, i) => ({title: `Chair ${i}`, labels: ["chairs"]})));
    await page.goto(`${site.url}/tasks.html?label=chairs`);
    await page.locator("tbody tr").first().waitFor();
    // How many there are is not known before the last page has come.
    assert.equal(await page.locator("table.tasks").getAttribute("aria-rowcount"), "-1");
    await page.locator(".list > .further button").focus();
    await page.locator('table.tasks[aria-rowcount="61"]').waitFor();
    await page.locator('tbody tr[aria-rowindex="61"] a').waitFor();
    await page.locator(".list > .further").waitFor({state: "hidden"});
    await check();
});

test("the page speaks Korean to who reads Korean", async () => {
    const {page, check} = await openPage(site, {locale: "ko-KR"});
    await page.goto(site.url);
    await page.locator("html[lang=ko]").waitFor();
    await page.locator("form.sign-in button", {hasText: "로그인"}).waitFor();
    await register(site, page, "한가람");
    await page.locator("h1", {hasText: "할 일"}).waitFor();
    await create(page, "등불 달기", {due_on: "2020-01-01"});
    const row = page.locator("tr", {hasText: "등불 달기"});
    assert.match(await row.locator(".due").innerText(), /일 지남/);
    await row.locator("a").click();
    await page.locator(".history").getByText("한가람 님이 할 일을 만들었어요").waitFor();
    await check();
});
