/** What axe says of a page. */

import assert from "node:assert/strict";
import {readFileSync} from "node:fs";
import {createRequire} from "node:module";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** It finds nothing serious, with text contrast of 7:1 asked for besides its usual rules; resolves to all it found. */
export async function assertNothingSerious(page, where) {
    await page.evaluate(AXE);
    const found = await page.evaluate(() => globalThis.axe.run({rules: {"color-contrast-enhanced": {enabled: true}}}));
    const serious = found.violations
        .filter((violation) => violation.impact === "serious" || violation.impact === "critical")
        .map((violation) => `${where}: ${violation.id}: ${violation.nodes.map((node) => `${node.html} ${node.failureSummary}`).join("\n")}`);
    assert.deepEqual(serious, []);
    return found;
}
