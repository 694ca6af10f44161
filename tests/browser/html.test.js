/** Pages that the server writes, and those that scripts have drawn, are HTML as the standard has it; scripts/lint asks the files. */

import assert from "node:assert/strict";
import {after, before, test} from "node:test";
import {FileSystemConfigLoader, HtmlValidate} from "html-validate";
import config from "./html-validate.mjs";
import {openPage, signIn, startSite} from "./site.js";

let site;
before(async () => {
    site = await startSite();
});
after(() => site?.stop());

const written = new HtmlValidate(new FileSystemConfigLoader(config));
// A browser writes down a document with each attribute's value, and with what scripts set of its style.
const drawn = new HtmlValidate(new FileSystemConfigLoader({...config, rules: {...config.rules,
    "attribute-boolean-style": "off", "attribute-empty-style": "off", "no-inline-style": "off"}}));

/** @param {string} html @param {string} where @param {HtmlValidate} [validator] */
async function assertValid(html, where, validator = written) {
    const report = await validator.validateString(html, `${where}.html`);
    const found = report.results.flatMap(({messages, source}) => messages.map(({ruleId, message, line}) =>
        `${where}:${line}: ${ruleId}: ${message}: ${(source ?? "").split("\n")[line - 1].slice(0, 200)}`));
    assert.deepEqual(found, []);
}

const PATHS = ["/api/tasks", "/api/tasks?assignee=me&status=doing&q=a", "/api/tasks?q=zzzz", "/api/tasks?bin=1", "/api/tasks/1", "/api/tasks/3",
    "/api/users/me", "/api/users", "/api/invitations", "/api/tokens", "/api/calendar", "/api/totp", "/api/nothing", "/api/tasks/987654321", "/api/tasks?limit=0&status=none"];
/** @type {[path: string, fields: Record<string, string>][]} */
const FORMS = [["/api/tasks", {title: ""}], ["/api/users/me", {name: ""}], ["/api/tokens", {name: "x", scope: "read", days: "3"}], ["/api/calendar", {}],
    ["/api/invitations", {email: "nobody@example.org", role: "member"}]];

for (const [person, language] of [["anna", "en"], ["min", "ko"]]) {
    test(`what the server writes for ${person}, ${language}`, async () => {
        const {page, context} = await openPage(site);
        await signIn(site, page, `${person}@example.org`);
        const headers = {Accept: "text/html", "Accept-Language": language, Origin: site.url};
        for (const path of PATHS) await assertValid(await (await page.request.get(site.url + path, {headers})).text(), path);
        for (const [path, form] of FORMS)
            await assertValid(await (await page.request.post(site.url + path, {form, headers})).text(), `POST ${path}`);
        await context.clearCookies();
        for (const path of ["/api/tasks", "/api/users/me", "/api/unsubscribe?token=abc"])
            await assertValid(await (await page.request.get(site.url + path, {headers})).text(), `signed out ${path}`);
        await context.close();
    });
}

test("what scripts draw", async () => {
    const {page, check} = await openPage(site);
    await signIn(site, page, "anna@example.org");
    await page.goto(`${site.url}/tasks.html?task=3`);
    await page.locator(".tasks tbody tr").first().waitFor();
    await page.locator(".history li").first().waitFor();
    await assertValid(await page.content(), "tasks", drawn);
    await check();
});
