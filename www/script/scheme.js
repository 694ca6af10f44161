/** Light or dark as somebody chose for this browser, else as the system has it. No module: it runs before the first paint. */
{
    const NAME = "scheme";
    const root = document.documentElement;

    const show = () => {
        try {
            root.dataset.scheme = localStorage.getItem(NAME) || "";
        } catch {
            // A browser that keeps nothing shows what was chosen until the next page.
        }
        for (const button of document.querySelectorAll(".scheme button"))
            button.setAttribute("aria-pressed", String(button.getAttribute("value") === root.dataset.scheme));
    };

    show();
    addEventListener("storage", show);
    addEventListener("DOMContentLoaded", () => {
        for (const group of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll(".scheme"))) {
            group.hidden = false;
            group.addEventListener("click", (event) => {
                if (!(event.target instanceof HTMLButtonElement)) return;
                root.dataset.scheme = event.target.value;
                try {
                    localStorage.setItem(NAME, event.target.value);
                } catch {
                    // As above.
                }
                show();
            });
        }
        show();
    });
}
