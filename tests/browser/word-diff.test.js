/** What differs between two texts: nothing is lost or made up, words are marked and not letters, and long texts take no time. */

import assert from "node:assert/strict";
import {test} from "node:test";
import {difference, union} from "../../www/script/word-diff.js";

/** "a [-b-][+c+]" */
const shown = (one, other) => difference(one, other)
    .map(({text, inOne, inOther}) => (inOne && inOther ? text : inOne ? `[-${text}-]` : `[+${text}+]`)).join("");

const CASES = [
    ["", "", "", ""],
    ["", "new", "[+new+]", "new"],
    ["old", "", "[-old-]", "old"],
    ["same", "same", "same", "same"],
    ["Paint the fence green", "Paint the fence blue", "Paint the fence [-green-][+blue+]", "Paint the fence green blue"],
    ["Paint the fence", "Paint the fence now", "Paint the fence[+ now+]", "Paint the fence now"],
    ["a b c", "x y z", "[-a b c-][+x y z+]", "a b c x y z"],
    ["one\ntwo\nthree", "one\n2\nthree\nfour", "one\n[-two-][+2+]\nthree[+\nfour+]", "one\ntwo\n2\nthree\nfour"],
    ["의자 마흔 개를 옮겨요", "의자 서른 개를 내일 옮겨요", "의자 [-마흔-][+서른+] 개를[+ 내일+] 옮겨요", "의자 마흔 서른 개를 내일 옮겨요"],
];

for (const [one, other, marked, together] of CASES) {
    test(`${JSON.stringify(one)} and ${JSON.stringify(other)}`, () => {
        assert.equal(shown(one, other), marked);
        assert.equal(union(one, other), together);
    });
}

test("both texts can be read from what differs, and no word is missing from both together", () => {
    let seed = 1;
    const random = (below) => (seed = (seed * 48271) % 2147483647) % below;
    const text = () => Array.from({length: random(30)}, () => ["a", "bb", "가", "\n", "  ", "c,"][random(6)] + (random(2) ? " " : "")).join("");
    for (let i = 0; i < 2000; i++) {
        const [one, other] = [text(), text()];
        const pieces = difference(one, other);
        assert.equal(pieces.filter((piece) => piece.inOne).map((piece) => piece.text).join(""), one);
        assert.equal(pieces.filter((piece) => piece.inOther).map((piece) => piece.text).join(""), other);
        const both = union(one, other);
        for (const line of `${one}\n${other}`.split("\n")) for (const word of line.split(/\s+/)) assert.ok(both.includes(word), JSON.stringify([one, other, both]));
    }
});

test("the longest descriptions are compared within a moment", () => {
    const long = (step) => Array.from({length: 12000}, (_, i) => `w${(i * step) % 997}`).join(" ").slice(0, 65536);
    const lines = (step) => Array.from({length: 6000}, (_, i) => `w${(i * step) % 997}`).join("\n");
    for (const [one, other] of [[long(7919), long(104729)], [lines(7919), lines(104729)], ["x".repeat(65536), "y ".repeat(32768)]]) {
        const start = performance.now();
        difference(one, other);
        assert.ok(performance.now() - start < 1500, `${performance.now() - start} ms`);
    }
});
