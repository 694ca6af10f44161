/** The list can be used within 100 ms of the answer that brought its page. */

import assert from "node:assert/strict";
import {after, before, test} from "node:test";
import {openPage, register, startSite} from "./site.js";
import {mainThread, TASKS} from "./trace.js";

const MOST_MS = 100;
const RELOADS = 9;

let site;
before(async () => {
    site = await startSite();
});
after(() => site?.stop());

/** In the page: marks when the first rows are drawn and the page's thread has nothing left to do for them. */
function markRows() {
    const observer = new MutationObserver(() => {
        if (!document.querySelector(".tasks tbody tr a")?.checkVisibility()) return;
        observer.disconnect();
        // Behind the frame that shows them.
        requestAnimationFrame(() => setTimeout(() => performance.mark("rows")));
    });
    observer.observe(document, {childList: true, subtree: true, attributes: true});
}

/** In the page: presses the first row as soon as there is one. */
function pressRow() {
    const observer = new MutationObserver(() => {
        const link = /** @type {HTMLElement|null} */ (document.querySelector(".tasks tbody tr a"));
        if (!link?.checkVisibility()) return;
        observer.disconnect();
        link.click();
    });
    observer.observe(document, {childList: true, subtree: true, attributes: true});
}

test("rows can be used within 100 ms of the page's answer", async () => {
    const {page, check} = await openPage(site);
    await page.addInitScript(markRows);
    await register(site, page, "Quinn Quick");
    const times = [];
    for (let i = 0; i < RELOADS; i++) {
        await site.browser.startTracing(page, {categories: TASKS});
        await page.reload();
        await page.waitForFunction(() => performance.getEntriesByName("rows").length);
        const whole = await page.evaluate(() => {
            const [{responseEnd}] = /** @type {PerformanceNavigationTiming[]} */ (performance.getEntriesByType("navigation"));
            return performance.getEntriesByName("rows")[0].startTime - responseEnd;
        });
        const tasks = mainThread(JSON.parse(String(await site.browser.stopTracing())).traceEvents);
        assert.ok(tasks.length > 10, "the trace knows of the tasks");
        const sum = (which) => tasks.reduce((total, task) => total + task[which], 0);
        // Others have the processor meanwhile. As much as that slows the page's own thread it slows what the thread waits for.
        times.push({whole, fair: whole * sum("processor") / sum("clock")});
    }
    console.log(times.map(({whole, fair}) => `${whole.toFixed()} ms, ${fair.toFixed()} on an idle machine`).join("; "));
    const median = times.map(({fair}) => fair).sort((a, b) => a - b)[(RELOADS - 1) / 2];
    assert.ok(median < MOST_MS, `${median} ms`);
    await check();
});

test("the first press is not lost", async () => {
    const {page, check} = await openPage(site);
    await register(site, page, "Hasty Hana");
    await page.addInitScript(pressRow);
    await page.reload();
    await page.locator("article.task form.edit").waitFor();
    assert.match(page.url(), /tasks\.html\?task=\d+$/);
    await check();
});
