/** What is there before a test begins, made in a quicker way than people do. */

import {execFileSync} from "node:child_process";
import {send} from "./site.js";

/** Tasks in the name of who is signed in, one after the other. Resolves to their numbers. */
export async function makeTasks(page, tasks) {
    const made = [];
    for (const task of tasks) made.push((await send(page, "POST", "/api/tasks", task)).id);
    return made;
}

/** The list of tasks of a label that nobody else has, by title. Resolves to their numbers. */
export async function listTasks(site, page, label, titles) {
    const made = await makeTasks(page, titles.map((title) => ({title, labels: [label]})));
    await page.goto(`${site.url}/tasks.html?label=${label}&sort=title`);
    await page.locator("tbody tr").first().waitFor();
    return made;
}

/** Changes a task as it is now, as somebody else does it meanwhile. */
export async function changeTask(page, id, values) {
    const {version} = await send(page, "GET", `/api/tasks/${id}`);
    await send(page, "PATCH", `/api/tasks/${id}`, {...values, version});
}
