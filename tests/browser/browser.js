/** Chromium as Debian packages it for programs: the same engine without the windows around it, twice as fast to use. */

import {chromium} from "playwright-core";

export const CHROMIUM = process.env.CHROMIUM || "/usr/bin/chromium-headless-shell";

export function startBrowser() {
    return chromium.launch({
        executablePath: CHROMIUM,
        args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
            "--disable-background-networking", "--disable-component-update", "--disable-sync"],
    });
}
