/** Mails of each kind, made by the program itself (tests/mail/samples.c), for a browser to show. */

import {execFileSync} from "node:child_process";
import {mkdtempSync, readFileSync, rmSync} from "node:fs";
import {tmpdir} from "node:os";
import {join, resolve} from "node:path";
import {fileURLToPath} from "node:url";

const ROOT = resolve(fileURLToPath(import.meta.url), "../../..");
const FLAGS = ["-std=c17", "-D_GNU_SOURCE", "-g", "-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-Ilib", "-Ibuild/generated"];
const LIBRARIES = ["-lfcgi", "-lsqlite3", "-ljson-c", "-lesmtp", "-lssl", "-lcrypto", "-largon2", "-lutf8proc"];

export const KINDS = ["changed", "new", "comment", "daily", "due"];
export const LANGUAGES = ["en", "ko"];

/** The mails, as {"changed.en": {html, text}}. Needs `make sanitize`. */
export function makeMails() {
    const directory = mkdtempSync(join(tmpdir(), "pumasi-mails-"));
    try {
        const program = join(directory, "samples");
        execFileSync("gcc", [...FLAGS, "tests/mail/samples.c", "build/sanitize/libpumasi.a", ...LIBRARIES, "-o", program], {cwd: ROOT});
        execFileSync(program, [directory]);
        return Object.fromEntries(KINDS.flatMap((kind) => LANGUAGES.map((language) => {
            const name = `${kind}.${language}`;
            const read = (ending) => readFileSync(join(directory, `${name}.${ending}`), "utf8");
            return [name, {html: read("html"), text: read("txt")}];
        })));
    } finally {
        rmSync(directory, {recursive: true, force: true});
    }
}

/** As a reader that drops the style element shows it. */
export function withoutStyle(html) {
    return html.replace(/<style>[^]*?<\/style>/, "");
}

/** The plain text as most readers show it. */
export function asPage(text) {
    const escaped = text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
    return `<!DOCTYPE html><html lang="en"><meta charset="utf-8"><meta name="color-scheme" content="light dark"><title>Plain text</title>
        <body style="margin:16px;font:14px/1.5 monospace"><pre style="margin:0;font:inherit;white-space:pre-wrap;overflow-wrap:anywhere;unicode-bidi:plaintext">${escaped}</pre>`;
}
