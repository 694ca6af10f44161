// Takes pictures of mails: node mail-pictures.js DIRECTORY, after `make sanitize`.
import {mkdirSync} from "node:fs";
import {join} from "node:path";
import {startBrowser} from "./browser.js";
import {asPage, KINDS, LANGUAGES, makeMails, withoutStyle} from "./mails.js";

const WIDTHS = [360, 1000];
const directory = process.argv[2] ?? "mail-pictures";
const mails = makeMails();
mkdirSync(directory, {recursive: true});
const browser = await startBrowser();

async function take(name, html, width, colorScheme) {
    const page = await browser.newPage({viewport: {width, height: 300}, colorScheme});
    await page.setContent(html);
    await page.screenshot({path: join(directory, `${name}.${width}.${colorScheme}.png`), fullPage: true});
    await page.close();
}

for (const kind of KINDS) {
    for (const language of LANGUAGES) {
        const name = `${kind}.${language}`;
        for (const width of WIDTHS)
            for (const scheme of ["light", "dark"]) await take(name, mails[name].html, width, scheme);
        await take(`${name}.text`, asPage(mails[name].text), 360, "light");
        await take(`${name}.text`, asPage(mails[name].text), 1000, "light");
    }
    await take(`${kind}.en.unstyled`, withoutStyle(mails[`${kind}.en`].html), 360, "light");
    await take(`${kind}.en.unstyled`, withoutStyle(mails[`${kind}.en`].html), 1000, "dark");
}
await browser.close();
