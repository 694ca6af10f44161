/** Reminds somebody whose address is not confirmed, on the page of tasks, with a button that asks for the mail again. */

import {ask, Problem, Unreachable} from "./api.js";
import {one} from "./parts.js";
import {say} from "./text.js";

/** @param {import("./api.js").User} user */
export function startReminder(user) {
    const form = /** @type {HTMLFormElement} */ (one(document, "form.reminder"));
    const sentence = one(form, "p");
    sentence.textContent = say("page.verify.ask", {email: user.email_pending || user.email});
    form.hidden = user.email_is_verified;
    form.addEventListener("submit", async (event) => {
        event.preventDefault();
        const button = /** @type {HTMLButtonElement} */ (one(form, "button"));
        button.disabled = true;
        try {
            await ask("POST", "/api/email/resend", {});
            sentence.textContent = `${say("page.verify.again_sent")}. ${say("page.verify.again_text")}`;
        } catch (error) {
            if (!(error instanceof Problem || error instanceof Unreachable)) throw error;
            sentence.textContent = error instanceof Problem ? error.message : say("page.unreachable");
        } finally {
            button.disabled = false;
        }
    });
}
