/**
 * The API as the pages use it: shapes, one way to ask, and the two ways an answer can fail.
 *
 * @typedef {{id: number, name: string}} Person
 * @typedef {Person & {email: string, email_is_verified: boolean, email_pending: string|null, language: string, role: string}} User
 * @typedef {{
 *   id: number, title: string, description: string, status: string, progress: number, priority: string,
 *   assignee: Person|null, creator: Person, due_on: string|null, labels: string[], version: number,
 *   created_at: string, updated_at: string, description_html?: string
 * }} Task
 * @typedef {{watch: "watch"|"mute"|null, watchers: Person[]}} Watch
 * @typedef {{from: any, to: any}} Change
 * @typedef {{
 *   person: Person, state: string, at: string|null, due_at: string|null, reason: string, skipped: string|null
 * }} Mail
 * @typedef {{
 *   id: number, time: string, type: string, actor: Person|null, version: number|null,
 *   changes: Record<string, Change>, comment: string|null, comment_id: number|null, html: string|null, mails: Mail[]|null
 * }} Event
 * @typedef {{field: string, code: string, message: string}} Fault
 * @typedef {{
 *   title?: string, detail?: string, code?: string, errors?: Fault[],
 *   current?: Task, yours?: Record<string, any>, fields?: string[]
 * }} ProblemBody
 * @typedef {{status: number, body: any, etag: string|null, kept: string|null}} Answer kept: when a browser that
 *   cannot reach the server got it
 */

const PATIENCE_MS = 20000;

/** The server answered that it will not or cannot (RFC 9457). */
export class Problem extends Error {
    /** @param {number} status @param {ProblemBody} body */
    constructor(status, body) {
        super(body.detail || body.title || String(status));
        this.status = status;
        this.body = body;
    }
}

/** No answer came: nothing is known about what happened. */
export class Unreachable extends Error {}

/** No answer came; what was asked waits on this device, and is sent by itself later. */
export class Waits extends Unreachable {}

/** @type {() => void} */
let signedOut = () => {};

/** What to do when the session has ended. @param {() => void} action */
export function whenSignedOut(action) {
    signedOut = action;
}

/** @type {(method: string, path: string, body: object|undefined) => boolean} */
let letWait = () => false;

/** What takes a change that got no answer; false where it does not. @param {typeof letWait} take */
export function whenUnreachable(take) {
    letWait = take;
}

/**
 * Asks the server. Resolves for 2xx and 304; throws Problem, Unreachable or, for a change that was taken to be sent
 * later, Waits.
 *
 * @param {string} method @param {string} path @param {object} [body] @param {Record<string, string>} [headers]
 * @param {boolean} [isLeaving] @returns {Promise<Answer>} as of `request`
 */
export async function ask(method, path, body, headers, isLeaving) {
    try {
        return await request(method, path, body, headers, isLeaving);
    } catch (error) {
        if (error instanceof Unreachable && letWait(method, path, body)) throw new Waits();
        throw error;
    }
}

/**
 * Asks the server, once. Resolves for 2xx and 304; throws Problem or Unreachable otherwise.
 *
 * @param {string} method
 * @param {string} path
 * @param {object} [body] sent as JSON
 * @param {Record<string, string>} [headers]
 * @param {boolean} [isLeaving] the page is about to go: the request outlives it
 * @returns {Promise<Answer>}
 */
export async function request(method, path, body, headers = {}, isLeaving = false) {
    let response;
    let text;
    try {
        response = await fetch(path, {
            method,
            credentials: "same-origin",
            headers: {
                Accept: "application/json",
                ...(body === undefined ? {} : {"Content-Type": "application/json"}),
                ...headers,
            },
            body: body === undefined ? undefined : JSON.stringify(body),
            keepalive: isLeaving,
            signal: AbortSignal.timeout(PATIENCE_MS),
        });
        text = await response.text();
    } catch {
        throw new Unreachable();
    }
    let value = null;
    try {
        value = text ? JSON.parse(text) : null;
    } catch {
        // A proxy's page, not ours; its status still counts.
    }
    if (response.ok || response.status === 304)
        return {status: response.status, body: value, etag: response.headers.get("ETag"), kept: response.headers.get("Pumasi-Kept")};
    if (response.status === 401) signedOut();
    // Nothing else can be done before there is a second factor; its page says so.
    if (value?.code === "factor_required") location.assign("/api/totp");
    throw new Problem(response.status, value || {});
}
