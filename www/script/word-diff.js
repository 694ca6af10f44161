/** Which words of two texts differ: the longest common sequence of words, or of lines where the texts are long. */

/** Cells of the table that compares; so many take some fifty milliseconds. */
const MOST_CELLS = 4e6;

/** @typedef {{text: string, inOne: boolean, inOther: boolean}} Piece */

/** @param {string} text @returns {string[]} */
function wordsOf(text) {
    return text.match(/\s+|\S+/gu) || [];
}

/** @param {string} text @returns {string[]} */
function linesOf(text) {
    return text.match(/[^\n]*\n|[^\n]+$/gu) || [];
}

/**
 * Both texts in pieces, in order: what stands in one, in the other, or in both.
 *
 * @param {string} one @param {string} other
 * @param {((text: string) => string[])[]} [splits] how finely to look, the best first
 * @returns {Piece[]}
 */
export function difference(one, other, splits = [wordsOf, linesOf]) {
    for (const split of splits) {
        const [a, b] = [split(one), split(other)];
        let head = 0;
        while (head < a.length && head < b.length && a[head] === b[head]) head++;
        let tail = 0;
        while (tail < Math.min(a.length, b.length) - head && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail++;
        const left = a.slice(head, a.length - tail);
        const right = b.slice(head, b.length - tail);
        if ((left.length + 1) * (right.length + 1) > MOST_CELLS) continue;
        return grouped([
            inBoth(a.slice(0, head).join("")),
            ...middle(left, right),
            inBoth(a.slice(a.length - tail).join("")),
        ]);
    }
    return grouped([{text: one, inOne: true, inOther: false}, {text: other, inOne: false, inOther: true}]);
}

/** @param {string} text @returns {Piece} */
function inBoth(text) {
    return {text, inOne: true, inOther: true};
}

/** @param {string[]} a @param {string[]} b @returns {Piece[]} */
function middle(a, b) {
    const width = b.length + 1;
    // How much the rests have in common from here on.
    const common = new Uint16Array((a.length + 1) * width);
    for (let i = a.length - 1; i >= 0; i--)
        for (let j = b.length - 1; j >= 0; j--)
            common[i * width + j] = a[i] === b[j] ? common[(i + 1) * width + j + 1] + 1
                : Math.max(common[(i + 1) * width + j], common[i * width + j + 1]);
    /** @type {Piece[]} */
    const pieces = [];
    let i = 0;
    let j = 0;
    while (i < a.length || j < b.length) {
        if (i < a.length && j < b.length && a[i] === b[j]) {
            pieces.push(inBoth(a[i++]));
            j++;
        } else if (j >= b.length || (i < a.length && common[(i + 1) * width + j] >= common[i * width + j + 1])) {
            pieces.push({text: a[i++], inOne: true, inOther: false});
        } else {
            pieces.push({text: b[j++], inOne: false, inOther: true});
        }
    }
    return pieces;
}

/** Neighbours of one kind as one piece; that two changed words have a blank between them in common is no news.
 * @param {Piece[]} pieces */
function grouped(pieces) {
    /** @type {Piece[]} */
    const result = [];
    let one = "";
    let other = "";
    let both = "";
    const endChange = () => {
        if (one) result.push({text: one, inOne: true, inOther: false});
        if (other) result.push({text: other, inOne: false, inOther: true});
        one = other = "";
    };
    const endCommon = () => {
        if (both) result.push(inBoth(both));
        both = "";
    };
    for (const {text, inOne, inOther} of pieces) {
        if (inOne && inOther) {
            both += text;
            continue;
        }
        if (both.trim() || !(one || other)) {
            endChange();
            endCommon();
        }
        one += both;
        other += both;
        both = "";
        if (inOne) one += text;
        else other += text;
    }
    endChange();
    endCommon();
    return result;
}

/** A text with all that stands in either; what differs stands one after the other. @param {string} one @param {string} other */
export function union(one, other) {
    const byLines = `${one}${other}`.includes("\n");
    const pieces = byLines ? difference(`${one}\n`, `${other}\n`, [linesOf]) : difference(one, other, [wordsOf]);
    let text = "";
    for (const piece of pieces) {
        if (text && !/\s$/u.test(text) && !/^\s/u.test(piece.text)) text += " ";
        text += piece.text;
    }
    return text.trimEnd();
}
