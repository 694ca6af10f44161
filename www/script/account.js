/** Forgotten password, new password, address: without this script the forms do the same by themselves. */

import {ask} from "./api.js";
import {clearFaults, showFaults} from "./faults.js";

const unreachable = /** @type {HTMLTemplateElement} */ (document.querySelector("template.unreachable")).content
    .textContent || "";
const form = /** @type {HTMLFormElement} */ (document.querySelector("form"));
const done = /** @type {HTMLElement} */ (document.querySelector(".done"));
const code = /** @type {HTMLInputElement|null} */ (form.querySelector("[name=token]"));

/** The mail's link carries the code behind "#": it goes into the form, and out of the address and the history. */
function takeCode() {
    const token = new URLSearchParams(location.hash.slice(1)).get("token");
    if (!code || !token) return;
    code.value = token;
    /** @type {HTMLElement} */ (code.closest("label")).hidden = true;
    history.replaceState(null, "", location.pathname);
}
takeCode();
addEventListener("hashchange", takeCode);

form.noValidate = true;
form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = /** @type {HTMLButtonElement} */ (form.querySelector("button"));
    clearFaults(form);
    button.disabled = true;
    try {
        await ask("POST", new URL(form.action).pathname, Object.fromEntries(new FormData(form)));
        form.hidden = true;
        done.hidden = false;
        done.focus();
    } catch (error) {
        // A code at fault has to be seen to be changed.
        if (code) /** @type {HTMLElement} */ (code.closest("label")).hidden = false;
        showFaults(form, error, unreachable);
    } finally {
        button.disabled = false;
    }
});
