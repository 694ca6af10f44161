/** Whoever has to sign in in the middle of something comes back to the same place afterwards. */

const KEY = "return";
const PAGE = "/tasks.html";

/** Leaves for the page of signing in. */
export function askToSignIn() {
    try {
        sessionStorage.setItem(KEY, location.search + location.hash);
    } catch {
        // Then she begins at the list.
    }
    location.replace("/");
}

/** Where to go once signed in. */
export function addressAfterSignIn() {
    let rest = "";
    try {
        rest = sessionStorage.getItem(KEY) || "";
        sessionStorage.removeItem(KEY);
    } catch {
        // Nothing is kept here.
    }
    return PAGE + rest;
}
