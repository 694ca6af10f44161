/** What a trace of Chromium tells of the page's own thread. By the clock, a busy machine makes any task long. */

/** What has to be traced. */
export const TASKS = ["toplevel", "disabled-by-default-devtools.timeline"];

/** Its tasks, in milliseconds by the clock and of the processor. */
export function mainThread(events) {
    const threads = new Set(events.filter(({name, args}) => name === "thread_name" && args.name === "CrRendererMain")
        .map(({pid, tid}) => `${pid}:${tid}`));
    return events.filter(({pid, tid, ph, name, tdur}) => ph === "X" && name.endsWith("RunTask") && threads.has(`${pid}:${tid}`) && tdur !== undefined)
        .map(({dur, tdur}) => ({clock: dur / 1000, processor: tdur / 1000}));
}
