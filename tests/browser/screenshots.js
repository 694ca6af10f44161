// Takes a picture of every page and state of states.js, and of every mail, in both languages, wide and narrow, light and dark, against
// a demo of its own: node screenshots.js DIRECTORY [PATTERN]; PATTERN is of the files' names, as "task.*ko.360". DIRECTORY/index.html
// shows them.
import {mkdirSync, writeFileSync} from "node:fs";
import {join, resolve} from "node:path";
import {asPage, KINDS, makeMails, withoutStyle} from "./mails.js";
import {PASSWORD, startSite} from "./site.js";
import {LONG_NAME, seed, STATES} from "./states.js";

const LANGUAGES = ["en", "ko"];
const WIDTHS = [1280, 360];
const SCHEMES = ["light", "dark"];

const directory = resolve(process.argv[2] ?? "screenshots");
const pattern = new RegExp(process.argv[3] || ".");
mkdirSync(directory, {recursive: true});
/** @type {Map<string, string[]>} */
const taken = new Map();
const started = await startSite();
const {url, browser} = started;
const variants = LANGUAGES.flatMap((language) => WIDTHS.flatMap((width) => SCHEMES.map((colorScheme) => ({language, width, colorScheme}))));

/** @type {Record<string, any>} */
const people = {};
async function signIn(who) {
    const context = await browser.newContext();
    const answer = await context.request.post(`${url}/api/login`, {data: {email: `${who}@example.org`, password: PASSWORD}, headers: {Origin: url}});
    if (!answer.ok()) throw new Error(`${who}: ${answer.status()}`);
    people[who] = context.request;
}
async function ask(who, method, path, data) {
    const answer = await people[who].fetch(url + path, {method, data, headers: {Origin: url, Accept: "application/json"}});
    if (!answer.ok()) throw new Error(`${method} ${path}: ${answer.status()} ${await answer.text()}`);
    return answer.status() === 204 ? null : answer.json();
}

/** @param {string} name */
function fileOf(name, {language, width, colorScheme}) {
    return `${name}.${language}.${width}.${colorScheme}.png`;
}

async function take(page, name, variant) {
    const file = fileOf(name, variant);
    // The first picture of a whole page may make the window 1 px high for a moment, and a long list draws what is near it only.
    if (await page.locator(".tasks tbody").count() > 1) await page.screenshot({fullPage: true, animations: "disabled"});
    await page.screenshot({path: join(directory, file), fullPage: true, animations: "disabled"});
    taken.set(name, [...(taken.get(name) ?? []), file]);
}

async function takeState(site, state, variant) {
    const {language, width, colorScheme} = variant;
    if (state.before) await state.before(site);
    const context = await browser.newContext({
        // What states stand in for is asked by the page itself.
        locale: language === "ko" ? "ko-KR" : "en-GB", colorScheme, reducedMotion: "reduce", serviceWorkers: "block", ...state.options,
        viewport: {width, height: state.tall ? 1800 : 800}, storageState: state.as && await people[state.as].storageState(),
    });
    const page = await context.newPage();
    page.setDefaultTimeout(20000);
    try {
        const path = state.path.replace(/\{(\w+)\}/g, (_, key) => String({language, ...site.ids}[key]));
        await page.goto(path.startsWith("/") ? url + path : path);
        if (state.until) await page.locator(state.until).first().waitFor();
        if (state.act) await state.act(page, site);
        await take(page, state.name, variant);
        const wider = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth).catch(() => 0);
        if (wider > 0) console.log(`${state.name}, ${language}, ${width}: ${wider} px too wide`);
    } catch (error) {
        console.log(`${state.name}, ${language}, ${width}, ${colorScheme}: ${error}`);
        process.exitCode = 1;
    } finally {
        await context.close();
    }
}

async function takeMails() {
    const mails = makeMails();
    for (const kind of KINDS)
        for (const variant of variants) {
            const {html, text} = mails[`${kind}.${variant.language}`];
            const page = await browser.newPage({viewport: {width: variant.width, height: 300}, colorScheme: variant.colorScheme});
            for (const [name, content] of [[`mail-${kind}`, html], [`mail-${kind}-unstyled`, withoutStyle(html)], [`mail-${kind}-text`, asPage(text)]]) {
                if (!pattern.test(fileOf(name, variant))) continue;
                await page.setContent(content);
                await take(page, name, variant);
            }
            await page.close();
        }
}

function writeIndex() {
    const figure = (file) => `<figure><a href="${file}"><img loading="lazy" src="${file}" alt=""></a><figcaption>${file}</figcaption></figure>`;
    const parts = [...taken].map(([name, files]) => `<h2 id="${name}">${name}</h2><div>${files.map(figure).join("")}</div>`);
    writeFileSync(join(directory, "index.html"), `<!DOCTYPE html><html lang="en"><meta charset="utf-8"><title>Pictures</title>
<style>body { font: 14px system-ui; margin: 16px; } div { display: flex; flex-wrap: wrap; gap: 16px; align-items: start; }
figure { margin: 0; } img { max-width: 480px; max-height: 640px; border: 1px solid #ccc; } nav a { margin-right: 12px; }</style>
<nav>${[...taken.keys()].map((name) => `<a href="#${name}">${name}</a>`).join("")}</nav>${parts.join("\n")}</html>\n`);
}

try {
    await signIn("min");
    await signIn("anna");
    await ask("min", "PATCH", "/api/users/me", {name: LONG_NAME});
    const site = {url, ask, ids: await seed(ask)};
    for (const language of LANGUAGES) {
        for (const who of Object.keys(people)) await ask(who, "PATCH", "/api/users/me", {language});
        for (const state of STATES)
            for (const variant of variants.filter((variant) => variant.language === language))
                if (pattern.test(fileOf(state.name, variant))) await takeState(site, state, variant);
    }
    await takeMails();
    writeIndex();
    console.log(`${[...taken.values()].flat().length} pictures: ${join(directory, "index.html")}`);
} finally {
    await started.stop();
}
