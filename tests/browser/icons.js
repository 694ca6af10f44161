// Draws the icons of the installed app from www/favicon.svg into www/icon: node icons.js, once it has changed.
import {mkdirSync, readFileSync} from "node:fs";
import {startBrowser} from "./browser.js";

const ROOT = new URL("../../www/", import.meta.url);
const svg = readFileSync(new URL("favicon.svg", ROOT), "utf8");
// A system cuts a maskable icon to its own shape, down to a circle of four fifths: the ground goes to the edge.
const maskable = svg.replace('viewBox="0 0 32 32"', 'viewBox="-4 -4 40 40"').replace(/<rect[^>]*>/, '<rect x="-4" y="-4" width="40" height="40" fill="#1f5f54"/>');
const browser = await startBrowser();
mkdirSync(new URL("icon", ROOT), {recursive: true});
for (const [name, size, drawing] of [["192", 192, svg], ["512", 512, svg], ["maskable", 512, maskable]]) {
    const page = await browser.newPage({viewport: {width: size, height: size}});
    await page.setContent(`<style>body { margin: 0 } svg { display: block; width: 100vw }</style>${drawing}`);
    await page.screenshot({path: new URL(`icon/${name}.png`, ROOT).pathname, omitBackground: true});
    await page.close();
}
await browser.close();
