/** A Pumasi of its own for a test file, a browser, people, and the mails they got. */

import assert from "node:assert/strict";
import {execFileSync, spawn} from "node:child_process";
import {mkdtempSync, readdirSync, rmSync, existsSync} from "node:fs";
import {tmpdir} from "node:os";
import {join, resolve} from "node:path";
import {fileURLToPath} from "node:url";
import {startBrowser} from "./browser.js";

const ROOT = resolve(fileURLToPath(import.meta.url), "../../..");
const START_MS = 300000;
const MAIL_MS = 30000;
/** Of everybody here. */
export const PASSWORD = "pumasi shares work";

// Below the ports that the kernel gives to clients, which would take it meanwhile.
function somePort() {
    return 20000 + Math.floor(Math.random() * 12000);
}

/** Starts scripts/up and waits until it is ready. */
export async function startSite() {
    const dir = mkdtempSync(join(tmpdir(), "pumasi-browser-"));
    const port = somePort();
    const process_ = spawn("scripts/up", ["--demo", "--port", String(port), "--dir", dir], {
        cwd: ROOT,
        env: {...process.env, PUMASI_MAIL_DELAY: "1"},
        stdio: ["ignore", "pipe", "pipe"],
    });
    let said = "";
    const ended = new Promise((done) => process_.on("exit", done));
    await new Promise((done, failed) => {
        const timer = setTimeout(() => failed(new Error(`scripts/up is not ready:\n${said}`)), START_MS);
        const listen = (chunk) => {
            said += chunk;
            if (!/^ready /m.test(said)) return;
            clearTimeout(timer);
            done();
        };
        process_.stdout.on("data", listen);
        process_.stderr.on("data", listen);
        ended.then((code) => failed(new Error(`scripts/up ended with ${code}:\n${said}`)));
    });
    const browser = await startBrowser();
    return {
        dir,
        url: `http://127.0.0.1:${port}`,
        browser,
        async stop() {
            await browser.close();
            process_.kill("SIGTERM");
            await ended;
            rmSync(dir, {recursive: true, force: true});
        },
    };
}

/**
 * A page in a browser of its own that fails the test, in `check`, on any error in the console: scripts that throw,
 * what the content security policy refused, files that are not there. Answers 4xx that a test provokes are named.
 */
export async function openPage(site, options = {}, provoked = []) {
    // A worker's requests are not seen by a test that stands in for the server; the tests without a connection have one.
    const context = await site.browser.newContext({locale: "en-GB", viewport: {width: 1280, height: 800}, serviceWorkers: "block", ...options});
    const page = await context.newPage();
    const errors = [];
    page.on("pageerror", (error) => errors.push(String(error.stack)));
    page.on("console", (message) => {
        const isProvoked = provoked.some((status) => message.text().includes(`status of ${status} `));
        if (message.type() === "error" && !isProvoked) errors.push(message.text());
    });
    page.setDefaultTimeout(10000);
    return {
        context,
        page,
        async check() {
            assert.deepEqual(errors, []);
            await context.close();
        },
    };
}

/** Until the page of tasks is drawn; before, a form would send itself as it does without scripts. */
export async function untilDrawn(page) {
    await page.waitForSelector("form.new");
    await page.locator("details.menu summary .name").waitFor({state: "attached"});
}

let people = 0;

/** The code that the mail to an address carries, once it is there. */
export async function waitForCode(site, email, kind = "verify") {
    const mail = await waitForMail(site, email, [`/${kind}.html#token=`]);
    return /** @type {RegExpMatchArray} */ (mail.text.match(/#token=([\w-]+)/))[1];
}

/** Somebody new, who is signed in and looks at the list; the address counts as confirmed. */
export async function register(site, page, name) {
    const person = somebody(name);
    // The connection may be one that the web server is just closing, as it was idle for a while.
    const headers = {Origin: site.url, Accept: "application/json", "Accept-Language": await page.evaluate(() => navigator.language)};
    const answer = await page.request.post(`${site.url}/api/register`, {data: person, headers, maxRetries: 2});
    assert.equal(answer.status(), 201);
    byHand(site, `UPDATE "user" SET email_is_verified = 1 WHERE email = '${person.email}'`);
    await page.goto(`${site.url}/tasks.html`);
    await untilDrawn(page);
    return person;
}

/** The same through the form of the first page, without the mail's code. */
export async function registerByForm(site, page, name) {
    const person = somebody(name);
    await page.goto(site.url);
    const form = page.locator("form.register");
    for (const [field, value] of Object.entries(person)) await form.locator(`[name=${field}]`).fill(value);
    await form.locator("button").click();
    await untilDrawn(page);
    return person;
}

function somebody(name) {
    return {name, email: `person${++people}.${process.pid}@example.org`, password: PASSWORD};
}

/** What an administrator types into sqlite3. */
export function byHand(site, sql) {
    const database = join(site.dir, "pumasi.db");
    execFileSync("flock", [`${database}-turn`, "sqlite3", "-bail", "-cmd", ".timeout 10000", database, sql], {stdio: "pipe"});
}

/** Signs a person of the demo in. */
export async function signIn(site, page, email) {
    await page.goto(site.url);
    const form = page.locator("form.sign-in");
    await form.locator("[name=email]").fill(email);
    await form.locator("[name=password]").fill(PASSWORD);
    await form.locator("button").click();
    await untilDrawn(page);
}

/** The same by the API: the browser has loaded no page yet. */
export async function signInUnseen(site, page, email) {
    const answer = await page.request.post(`${site.url}/api/login`, {data: {email, password: PASSWORD}, headers: {Origin: site.url}});
    assert.equal(answer.status(), 200);
}

/** Asks the API as the person of the page; null where it answers without a body. */
export function send(page, method, path, body) {
    return page.evaluate(async ([method, path, body]) => {
        const answer = await fetch(path, {method, body: body && JSON.stringify(body), headers: {"Content-Type": "application/json", Accept: "application/json"}});
        if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status}`);
        return answer.status === 204 ? null : answer.json();
    }, [method, path, body]);
}

const READ_MAILS = `
import email, email.policy, json, pathlib, sys
mails = []
for path in sys.argv[1:]:
    mail = email.message_from_bytes(pathlib.Path(path).read_bytes(), policy=email.policy.default)
    mails.append({"to": mail["To"], "subject": mail["Subject"],
                  "text": mail.get_body(("plain",)).get_content()})
print(json.dumps(mails))`;

/** The mails that somebody got, decoded. */
function mailsTo(site, email) {
    const box = join(site.dir, "mail", "new");
    const files = existsSync(box) ? readdirSync(box).map((name) => join(box, name)) : [];
    if (!files.length) return [];
    const mails = JSON.parse(execFileSync("python3", ["-c", READ_MAILS, ...files], {encoding: "utf8"}));
    return mails.filter((mail) => mail.to.includes(email));
}

/** Waits until a mail to somebody has all these pieces in its subject or text. */
export async function waitForMail(site, email, pieces) {
    const until = Date.now() + MAIL_MS;
    for (;;) {
        const mails = mailsTo(site, email);
        const found = mails.find((mail) => pieces.every((piece) => (typeof piece === "string"
            ? `${mail.subject}\n${mail.text}`.includes(piece) : piece.test(`${mail.subject}\n${mail.text}`))));
        if (found) return found;
        if (Date.now() > until) assert.fail(`no mail to ${email} with ${pieces.join(", ")} among ${JSON.stringify(mails, null, 1)}`);
        await new Promise((done) => setTimeout(done, 250));
    }
}

/** No page of ours is wider than the screen. */
export async function assertNoSidewaysScroll(page) {
    const wider = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    assert.equal(wider, 0);
}
