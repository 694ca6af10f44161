/** What was rewritten in a text: a line that unfolds to both versions in one, what went struck out, what came underlined. */

import {element} from "./parts.js";
import {say} from "./text.js";

/** @param {import("./api.js").Change} change */
export function rewritingPart({from, to}) {
    const part = /** @type {HTMLDetailsElement} */ (element("details", "rewriting"));
    const text = element("blockquote");
    part.append(element("summary", "", say("page.log.rewritten")), text);
    part.addEventListener("toggle", async () => {
        if (!part.open || text.hasChildNodes()) return;
        const {difference} = await import("./word-diff.js");
        text.replaceChildren(...difference(from, to).map((piece) => (piece.inOne && piece.inOther ? new Text(piece.text)
            : element(piece.inOne ? "del" : "ins", "", piece.text))));
    });
    return part;
}
