/** Into the bin and out of it. Each way resolves to what takes it back. */

import {ask} from "./api.js";
import {notify} from "./notice.js";
import {sentenceOf} from "./parts.js";
import {change, dropTask, known, page} from "./store.js";
import {say} from "./text.js";

/** @param {number} id */
export async function moveToBin(id) {
    await ask("DELETE", `/api/tasks/${id}`);
    dropTask(id);
    return () => ask("POST", `/api/tasks/${id}/restore`, {});
}

/** @param {number} id */
export async function takeFromBin(id) {
    await ask("POST", `/api/tasks/${id}/restore`, {});
    dropTask(id);
    return () => ask("DELETE", `/api/tasks/${id}`);
}

/** The button in a row of the bin was pressed. @param {HTMLButtonElement} button @param {number} id */
export async function restoreRow(button, id) {
    const title = known().byId.get(id)?.title || "";
    button.disabled = true;
    try {
        const undo = await takeFromBin(id);
        notify(say("page.restored", {title}), async () => {
            await undo();
            page.reload();
            return say("page.deleted", {title});
        });
    } catch (error) {
        button.disabled = false;
        change({trouble: sentenceOf(error)});
    }
}
