/**
 * What the page of tasks shows when the server cannot be reached: each page, script and answer of the API is asked of
 * the server first, and what it last said is kept for when it says nothing. Answers are one person's: they go when
 * somebody signs in or out, and when a session has ended.
 */

const FILES = "files";
const ANSWERS = "answers";
/** Of each kind the latest stay: some pages of the list, some tasks with their histories. */
const MOST_FILES = 80;
const MOST_ANSWERS = 60;
/** A server that is slower than this is not waited for where an earlier answer is at hand. */
const PATIENCE_MS = 4000;

const KEPT_FILES = /^\/(tasks\.html|favicon\.svg|manifest\.[a-z]+\.webmanifest|(script|style|text|icon)\/.*)$/;
const KEPT_ANSWERS = /^\/api\/(session|users|views|tasks|tasks\/\d+|tasks\/\d+\/(log|watch))$/;
const CHANGES_PERSON = /^\/api\/(login|logout|register|password|password\/reset)$/;

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("fetch", (event) => {
    const {request} = event;
    const {origin, pathname} = new URL(request.url);
    if (origin !== self.location.origin) return;
    if (request.method !== "GET") {
        if (CHANGES_PERSON.test(pathname)) event.waitUntil(caches.delete(ANSWERS));
        return;
    }
    if (KEPT_ANSWERS.test(pathname)) {
        // A browser without scripts asks the same addresses for pages.
        if (request.mode !== "navigate") event.respondWith(serverFirst(event, ANSWERS, request.url, MOST_ANSWERS));
    } else if (KEPT_FILES.test(pathname)) {
        // Which tasks the page shows is in its query; the page is the same one.
        event.respondWith(serverFirst(event, FILES, request.mode === "navigate" ? pathname : request.url, MOST_FILES));
    }
});

/** @param {FetchEvent} event @param {string} name @param {string} key @param {number} most */
async function serverFirst(event, name, key, most) {
    const cache = await caches.open(name);
    const earlier = await cache.match(key);
    try {
        const answer = await fetch(event.request, earlier ? {signal: AbortSignal.timeout(PATIENCE_MS)} : {});
        if (answer.ok) event.waitUntil(keep(cache, key, answer.clone(), most));
        if (answer.status === 401) event.waitUntil(caches.delete(ANSWERS));
        // A gateway without its functions is no server either.
        if (answer.status < 502 || answer.status > 504 || !earlier) return answer;
    } catch (error) {
        if (!earlier) throw error;
    }
    return earlier;
}

/** @param {{user: object|null}} session */
function withoutAddress({user}) {
    return JSON.stringify({user: user && {...user, email: "", email_is_verified: true, email_pending: null}});
}

/** Keeps an answer under the time it came, as the latest; the oldest go. What the server wants nobody to store is not
 * kept, but for who is signed in: her name and language, without her address. */
async function keep(cache, key, answer, most) {
    const headers = new Headers(answer.headers);
    headers.set("Pumasi-Kept", new Date().toISOString());
    let body;
    if (!/no-store/.test(headers.get("Cache-Control") || "")) body = await answer.blob();
    else if (new URL(key, self.location.origin).pathname === "/api/session") body = withoutAddress(await answer.json());
    else return;
    await cache.delete(key);
    await cache.put(key, new Response(body, {status: answer.status, headers}));
    const keys = await cache.keys();
    for (const old of keys.slice(0, Math.max(0, keys.length - most))) await cache.delete(old);
}
