/** HTML of the server's making as nodes: the one place where the pages take any. */

/**
 * Safe, because the server makes it (lib/base/markdown.h): it writes a handful of elements, of their attributes only the
 * addresses of links to http, https and mailto, and escapes each text that people wrote. It is parsed into a document
 * that neither loads nor runs anything, and the page's policy refuses scripts and styles from it all the same.
 *
 * @param {string} html
 */
export function nodesOf(html) {
    const nodes = new DocumentFragment();
    nodes.append(...new DOMParser().parseFromString(html, "text/html").body.childNodes);
    return nodes;
}
