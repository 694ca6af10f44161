/** The settings' form works by itself; this adds what only a browser knows, and the way back to pages with scripts. */

const field = /** @type {HTMLSelectElement|HTMLInputElement} */ (document.querySelector("[name=time_zone]"));
const button = /** @type {HTMLButtonElement} */ (document.querySelector(".zone-here"));
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone || "";

/** There is nothing to offer where the zone is chosen already. */
function offer() {
    button.hidden = !zone || field.value === zone;
}

button.textContent = (button.textContent || "").replace("{zone}", zone);
field.addEventListener("input", offer);
button.addEventListener("click", () => {
    // The browser may call it by another name than the list.
    if (field instanceof HTMLSelectElement && ![...field.options].some((option) => option.value === zone))
        field.add(new Option(zone, zone), 1);
    field.value = zone;
    offer();
    field.focus();
});
offer();

for (const link of document.querySelectorAll("a")) link.href = link.href.replace("/api/tasks", "/tasks.html").replace("/api/overview/week", "/overview.html");

// Who loads the page again has saved nothing just now.
history.replaceState(null, "", location.pathname);
