/** Sign in and register without leaving the page; without this script the two forms do the same by themselves. */

import {ask, Problem} from "./api.js";
import {clearFaults, sayOfForm, showFaults} from "./faults.js";
import {addressAfterSignIn} from "./return.js";

const unreachable = /** @type {HTMLTemplateElement} */ (document.querySelector("template.unreachable")).content
    .textContent || "";

// So that a new person's day is her own from the first; without a script it is that of UTC until she says otherwise.
const zone = /** @type {HTMLInputElement} */ (document.querySelector("[name=time_zone]"));
zone.value = Intl.DateTimeFormat().resolvedOptions().timeZone || "";

// The link of an invitation; behind the "#" it went to no server. It is taken out of the address, and so of the history.
const invited = new URLSearchParams(location.hash.slice(1)).get("invite");
if (invited) {
    const input = /** @type {HTMLInputElement} */ (document.querySelector("[name=invite]"));
    input.value = invited;
    /** @type {HTMLDetailsElement} */ (input.closest("details")).open = true;
    history.replaceState(null, "", location.pathname);
    /** @type {HTMLInputElement} */ (document.querySelector(".register [name=name]")).focus();
}

/**
 * Who has a second factor is asked for its code, once the password is right.
 *
 * @param {HTMLFormElement} form
 * @param {unknown} error
 */
function askForCode(form, error) {
    if (!(error instanceof Problem) || !/^code_/.test(error.body.code || "")) return;
    // That there is a field for it says enough: nothing is wrong yet.
    if (error.body.code === "code_required") sayOfForm(form, "");
    const label = /** @type {HTMLElement} */ (document.querySelector("label.code"));
    const input = /** @type {HTMLInputElement} */ (label.querySelector("input"));
    label.hidden = false;
    input.value = "";
    input.focus();
}

/**
 * The button lost the focus as it was disabled. Where no field is told to be at fault, it is the password that is most
 * likely typed again.
 *
 * @param {HTMLFormElement} form
 * @param {HTMLButtonElement} button
 */
function focusAgain(form, button) {
    if (form.contains(document.activeElement)) return;
    if (!form.matches(".sign-in")) return button.focus();
    const password = /** @type {HTMLInputElement} */ (form.querySelector("[type=password]"));
    password.focus();
    password.select();
}

for (const form of /** @type {NodeListOf<HTMLFormElement>} */ (document.querySelectorAll("form"))) {
    form.noValidate = true;
    form.addEventListener("submit", async (event) => {
        event.preventDefault();
        const button = /** @type {HTMLButtonElement} */ (form.querySelector("button"));
        clearFaults(form);
        button.disabled = true;
        try {
            await ask("POST", new URL(form.action).pathname, Object.fromEntries(new FormData(form)));
            location.assign(addressAfterSignIn());
        } catch (error) {
            showFaults(form, error, unreachable);
            askForCode(form, error);
        } finally {
            button.disabled = false;
            focusAgain(form, button);
        }
    });
}

/** Who is signed in already has no business here. */
async function skipIfSignedIn() {
    try {
        const {body} = await ask("GET", "/api/session");
        if (body.user) location.replace(addressAfterSignIn());
    } catch {
        // The forms are here either way, and say what is wrong when they are sent.
    }
}
skipIfSignedIn();
