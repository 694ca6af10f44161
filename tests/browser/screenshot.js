// Takes the picture of the README: node screenshot.js BASE_URL FILE, against a `scripts/up --demo`.
import {startBrowser} from "./browser.js";

const [base, file] = process.argv.slice(2);
const browser = await startBrowser();
const page = await browser.newPage({viewport: {width: 1200, height: 720}, locale: process.env.LOCALE ?? "en-GB", colorScheme: process.env.SCHEME ?? "light"});
await page.goto(base);
await page.getByRole("textbox").first().fill("anna@example.org");
await page.locator("input[type=password]").first().fill("pumasi shares work");
await page.keyboard.press("Enter");
await page.waitForURL(/tasks/);
await page.goto(`${base}/tasks.html?task=${process.env.TASK ?? 12}`);
await page.waitForSelector("input[type=range]");
await page.waitForTimeout(500);
await page.screenshot({path: file});
await browser.close();
