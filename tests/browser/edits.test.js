/** What happens when edits go wrong, meet each other, or are regretted. */

import assert from "node:assert/strict";
import {after, before, test} from "node:test";
import {changeTask} from "./given.js";
import {openPage, register, signIn, startSite} from "./site.js";

let site;
before(async () => {
    site = await startSite();
});
after(() => site?.stop());

async function create(page, title) {
    await page.locator("form.new [name=title]").fill(title);
    await page.locator("form.new button").click();
    await page.locator("tbody a", {hasText: title}).waitFor();
}

test("faults stand beside their fields and what was typed stays", async () => {
    const {page, check} = await openPage(site, {}, [422, 401]);
    await page.goto(site.url);
    const form = page.locator("form.register");
    await form.locator("[name=name]").fill("Half a form");
    await form.locator("[name=email]").fill("nowhere");
    await form.locator("[name=password]").fill("short");
    await form.locator("button").click();
    for (const name of ["email", "password"]) {
        const input = form.locator(`[name=${name}][aria-invalid=true]`);
        await input.waitFor();
        const fault = page.locator(`#${await input.getAttribute("aria-describedby")}`);
        assert.match(await fault.innerText(), /\w+/);
    }
    assert.equal(await form.locator("[name=name]").inputValue(), "Half a form");
    await page.locator("form.sign-in [name=email]").fill("nobody@example.org");
    await page.locator("form.sign-in [name=password]").fill("not the password");
    await page.locator("form.sign-in button").click();
    await page.locator("form.sign-in .fault:visible").waitFor();
    await check();
});

test("a task cannot be edited before it is known", async () => {
    const {page, check} = await openPage(site);
    await register(site, page, "Ivy Early");
    await create(page, "Wait for the bus");
    let isAsked = () => {};
    const asked = new Promise((done) => (isAsked = done));
    let answer = () => {};
    const answered = new Promise((done) => (answer = done));
    await page.route(/\/api\/tasks\/\d+$/, async (route) => {
        isAsked();
        await answered;
        await route.continue();
    });
    await page.locator("tbody a", {hasText: "Wait for the bus"}).click();
    await asked;
    assert.equal(await page.locator(".beside form:visible").count(), 0);
    answer();
    await page.getByRole("slider", {name: "Progress"}).fill("60");
    await page.locator(".history").getByText("Ivy Early moved progress from 0 to 60").waitFor();
    await check();
});

test("two who change the same field choose which to keep; other fields are merged", async () => {
    const one = await openPage(site, {}, [412]);
    const other = await openPage(site);
    await register(site, one.page, "Una First");
    await register(site, other.page, "Otto Second");
    await create(one.page, "Paint the fence");
    await one.page.locator("tbody a", {hasText: "Paint the fence"}).click();
    await one.page.locator("form.edit [name=title]").waitFor();
    await other.page.goto(one.page.url());

    await other.page.locator("form.edit [name=priority]").selectOption("high");
    await other.page.locator("form.edit").getByText("Saved.").waitFor();
    await other.page.locator("form.edit [name=title]").fill("Paint the fence green");
    await other.page.locator("form.edit button.primary").click();
    await other.page.locator("tbody a", {hasText: "Paint the fence green"}).waitFor();

    await one.page.locator("form.edit [name=title]").fill("Paint the fence blue");
    await one.page.locator("form.edit button.primary").click();
    const choice = one.page.locator(".choice");
    await choice.getByText("Paint the fence green").waitFor();
    await choice.getByText("Otto Second wrote").waitFor();
    assert.equal(await one.page.locator("form.edit [name=title]").inputValue(), "Paint the fence blue");
    assert.equal(await one.page.locator("form.edit [name=priority]").inputValue(), "high");
    await choice.getByRole("button", {name: "Keep mine"}).click();
    await one.page.locator("tbody a", {hasText: "Paint the fence blue"}).waitFor();
    await one.check();
    await other.check();
});

test("a conflict can be settled by taking theirs", async () => {
    const one = await openPage(site, {}, [412]);
    await register(site, one.page, "Ida Taker");
    await create(one.page, "Mend the gate");
    await one.page.locator("tbody a", {hasText: "Mend the gate"}).click();
    await one.page.locator("form.edit [name=title]").waitFor();
    const id = new URL(one.page.url()).searchParams.get("task");
    await changeTask(one.page, id, {progress: 70});
    await one.page.getByRole("slider", {name: "Progress"}).fill("20");
    await one.page.locator(".choice").getByText("70%").waitFor();
    await one.page.locator(".choice").getByRole("button", {name: "Take theirs"}).click();
    await one.page.locator(".choice").waitFor({state: "detached"});
    assert.equal(await one.page.getByRole("slider", {name: "Progress"}).inputValue(), "70");
    await one.check();
});

test("edits and deletions are undone from the line at the bottom, and later from the bin", async () => {
    const {page, check} = await openPage(site);
    await register(site, page, "Rea Gretful");
    await create(page, "Sell the piano");
    await page.locator("tbody a", {hasText: "Sell the piano"}).click();
    await page.getByRole("slider", {name: "Progress"}).fill("30");
    await page.locator(".notice p", {hasText: "Saved."}).getByRole("button", {name: "Undo"}).click();
    await page.locator(".notice").getByText("Changed back.").waitFor();
    assert.equal(await page.getByRole("slider", {name: "Progress"}).inputValue(), "0");

    await page.locator("form.edit button.delete").click();
    await page.locator("tbody a", {hasText: "Sell the piano"}).waitFor({state: "detached"});
    await page.locator(".notice").getByRole("button", {name: "Undo"}).click();
    await page.locator("tbody a", {hasText: "Sell the piano"}).click();
    await page.locator("form.edit button.delete").click();
    await page.locator("details.menu summary").click();
    await page.locator("a.to-bin").click();
    await page.getByRole("button", {name: "Restore: Sell the piano"}).click();
    await page.locator("tbody", {hasText: "Sell the piano"}).waitFor({state: "detached"});
    await page.locator("a.to-tasks").click();
    await page.locator("tbody a", {hasText: "Sell the piano"}).waitFor();
    await check();
});

test("a lost connection loses no text, which is sent once there is one again", async () => {
    const {page, context, check} = await openPage(site);
    await register(site, page, "Otis Line");
    await create(page, "Find the ladder");
    await page.locator("tbody a", {hasText: "Find the ladder"}).click();
    await page.locator("form.edit [name=description]").waitFor();
    await context.route("**/api/tasks/*", (route) => route.abort());
    await page.locator("form.edit [name=description]").fill("It was behind the shed");
    // The console reports the lost request; that is the browser's, not ours.
    page.removeAllListeners("console");
    await page.locator("form.edit button.primary").click();
    await page.locator("form.edit").getByText("No connection.").waitFor();
    await page.locator(".offline", {hasText: "1 change waits"}).waitFor();
    assert.equal(await page.locator("form.edit [name=description]").inputValue(), "It was behind the shed");
    await context.unroute("**/api/tasks/*");
    await page.evaluate(() => dispatchEvent(new Event("online")));
    await page.locator(".notice", {hasText: "The change that waited is saved."}).waitFor();
    await page.reload();
    await page.waitForFunction(() => document.querySelector("form.edit [name=description]")?.value === "It was behind the shed");
    await check();
});

test("changes by others show up without a reload", async () => {
    const one = await openPage(site);
    const other = await openPage(site);
    await register(site, one.page, "Wen Watcher");
    await register(site, other.page, "Dora Doer");
    await create(other.page, "Water the trees");
    // Coming back to the page asks at once, as the clock does every 15 seconds.
    await one.page.evaluate(() => document.dispatchEvent(new Event("visibilitychange")));
    await one.page.locator("tbody a", {hasText: "Water the trees"}).waitFor();
    const answer = one.page.waitForResponse((response) => response.url().includes("/api/tasks?"));
    await one.page.evaluate(() => document.dispatchEvent(new Event("visibilitychange")));
    assert.equal((await answer).status(), 304);
    await one.check();
    await other.check();
});

test("signing out in the menu ends at the first page", async () => {
    const {page, check} = await openPage(site, {}, [401]);
    await register(site, page, "Lin Guist");
    await page.locator("details.menu summary").click();
    await page.getByRole("button", {name: "Sign out"}).click();
    await page.locator("form.sign-in").waitFor();
    await page.goto(`${site.url}/tasks.html`);
    await page.locator("form.sign-in").waitFor();
    await check();
});

test("somebody of the demo signs in", async () => {
    const {page, check} = await openPage(site);
    await signIn(site, page, "anna@example.org");
    await page.locator("tbody tr").first().waitFor();
    await check();
});
