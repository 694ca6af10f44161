/** A button beside what the server shows this once, where the browser lets pages copy: over HTTPS, or at home. */

const line = /** @type {HTMLElement} */ (document.querySelector(".copying"));
const secret = /** @type {HTMLElement} */ (document.querySelector(".secret"));
const said = /** @type {HTMLElement} */ (line.querySelector("[data-done]"));

line.hidden = !navigator.clipboard;
line.querySelector("button")?.addEventListener("click", async () => {
    try {
        await navigator.clipboard.writeText(secret.textContent || "");
        said.textContent = said.dataset.done || "";
    } catch {
        // Not allowed to: it is chosen, so that the person's own keys copy it.
        getSelection()?.selectAllChildren(secret);
    }
});
