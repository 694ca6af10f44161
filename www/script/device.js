/** What this device remembers between visits, where the browser lets it. */

/** @param {string} key @returns {any} null: nothing that can be read */
export function recall(key) {
    try {
        return JSON.parse(localStorage.getItem(key) || "null");
    } catch {
        return null;
    }
}

/** False where there is no room, or nothing may be kept. @param {string} key @param {unknown} value null: forget it */
export function remember(key, value) {
    try {
        if (value === null) localStorage.removeItem(key);
        else localStorage.setItem(key, JSON.stringify(value));
        return true;
    } catch {
        return false;
    }
}

/** @param {string} prefix */
export function remembered(prefix) {
    try {
        return Object.keys(localStorage).filter((key) => key.startsWith(prefix));
    } catch {
        return [];
    }
}
