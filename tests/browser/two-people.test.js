/** Two people share a task, and each gets the mails about what the other did; with and without JavaScript. */

import assert from "node:assert/strict";
import {after, before, test} from "node:test";
import {openPage, register, startSite, waitForMail} from "./site.js";

let site;
before(async () => {
    site = await startSite();
});
after(() => site?.stop());

/** From 0 to 40, with its old and new value in one line or one after the other. */
const FROM_0_TO_40 = /\b0\b[\s\S]{0,40}\b40\b/;
const FROM_40_TO_100 = /\b40\b[\s\S]{0,40}\b100\b/;

test("a task goes from one person to the other and each is told by mail", async () => {
    const one = await openPage(site);
    const other = await openPage(site);
    const nari = await register(site, other.page, "Nari Kim");
    const olga = await register(site, one.page, "Olga Berg");

    const form = one.page.locator("form.new");
    await form.locator("[name=title]").fill("Carry the chairs");
    await form.locator("summary").click();
    await form.locator("[name=assignee_id]").selectOption({label: nari.name});
    await form.locator("[name=description]").fill("All forty of them");
    await form.locator("button").click();
    await one.page.locator("tbody a", {hasText: "Carry the chairs"}).waitFor();
    await waitForMail(site, nari.email, ["Carry the chairs", "Olga Berg"]);

    await other.page.goto(`${site.url}/tasks.html?assignee=me`);
    await other.page.locator("tbody a", {hasText: "Carry the chairs"}).click();
    const progress = other.page.getByRole("slider", {name: "Progress"});
    await progress.fill("40");
    await other.page.locator("form.edit").getByText("Saved.").waitFor();
    await other.page.locator(".history").getByText("Nari Kim moved progress from 0 to 40").waitFor();
    await waitForMail(site, olga.email, ["Carry the chairs", "Nari Kim", FROM_0_TO_40]);

    await other.page.locator("form.edit [name=status]").selectOption("done");
    await other.page.locator(".history").getByText("Nari Kim moved progress from 40 to 100").waitFor();
    await waitForMail(site, olga.email, ["Carry the chairs", FROM_40_TO_100]);

    await one.page.reload();
    await one.page.locator("tr.is-done a", {hasText: "Carry the chairs"}).waitFor();
    await one.check();
    await other.check();
});

test("the same through plain forms, without JavaScript", async () => {
    const one = await openPage(site, {javaScriptEnabled: false});
    const other = await openPage(site, {javaScriptEnabled: false});
    const ines = await register(site, other.page, "Ines Moreau");
    const paul = await register(site, one.page, "Paul Moss");

    const form = one.page.locator("form.new");
    await form.getByText("@name who").waitFor();
    await form.locator("[name=line]").fill("Sweep the yard @inesmoreau !high #yard");
    await form.locator("button").click();
    await one.page.locator("form.edit [name=labels]").waitFor();
    assert.equal(await one.page.locator("form.edit [name=labels]").inputValue(), "yard");
    assert.equal(await one.page.locator("form.edit [name=priority]").inputValue(), "high");
    await one.page.goto(`${site.url}/tasks.html`);
    await one.page.locator("tbody a", {hasText: "Sweep the yard"}).waitFor();
    await waitForMail(site, ines.email, ["Sweep the yard", "Paul Moss"]);

    await other.page.goto(`${site.url}/api/tasks?assignee=me`);
    await other.page.locator("tbody a", {hasText: "Sweep the yard"}).click();
    await other.page.locator("form.edit [name=progress]").fill("40");
    await other.page.locator("form.edit button").click();
    await other.page.goto(`${site.url}/api/tasks?q=sweep`);
    await other.page.locator("tbody a", {hasText: "Sweep the yard"}).click();
    await other.page.locator(".history").getByText("Ines Moreau moved progress from 0 to 40").waitFor();
    await waitForMail(site, paul.email, ["Sweep the yard", "Ines Moreau", FROM_0_TO_40]);

    await other.page.locator("form.edit [name=status]").selectOption("done");
    await other.page.locator("form.edit button").click();
    await waitForMail(site, paul.email, ["Sweep the yard", FROM_40_TO_100]);

    await other.page.goto(`${site.url}/api/tasks?q=sweep`);
    await other.page.locator("tbody a", {hasText: "Sweep the yard"}).click();
    await other.page.locator("form.edit [name=description]").fill("- with the **large** broom\n- <b>not</b> the small one");
    await other.page.locator("form.edit button").click();
    await other.page.locator("section.rendered li strong", {hasText: "large"}).waitFor();
    assert.equal(await other.page.locator("section.rendered").innerText(), "with the large broom\n<b>not</b> the small one");
    await other.page.locator("form.comment [name=body]").fill("The *broom* is back in the shed.");
    await other.page.locator("form.comment button").click();
    await one.page.goto(`${site.url}/api/tasks?q=sweep`);
    await one.page.locator("tbody a", {hasText: "Sweep the yard"}).click();
    await one.page.locator("blockquote", {hasText: "The broom is back"}).locator("em").waitFor();
    await one.page.locator("button.delete").click();
    await one.page.goto(`${site.url}/api/tasks?bin=1`);
    await one.page.locator("tr", {hasText: "Sweep the yard"}).getByRole("button", {name: "Restore"}).click();
    await one.page.goto(`${site.url}/api/tasks?q=sweep`);
    await one.page.locator("tbody a", {hasText: "Sweep the yard"}).waitFor();
    await one.page.locator("details.menu summary").click();
    await one.page.getByRole("button", {name: "Sign out"}).click();
    await one.page.locator("form.sign-in").waitFor();
    await one.check();
    await other.check();
});
