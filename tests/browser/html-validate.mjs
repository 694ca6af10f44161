/** What is asked of the HTML of our pages, beyond the standard itself; see html-validate.org/rules. */
export default {
    root: true,
    extends: ["html-validate:recommended", "html-validate:document"],
    rules: {
        // All that a page loads is ours, from where the page is from.
        "require-sri": ["error", {target: "crossorigin"}],
        // Of a form with two states one is hidden, with its heading.
        "heading-level": ["error", {allowMultipleH1: true}],
        // A task's title, or the whole of what went wrong.
        "long-title": "off",
        // What the standard says where nothing is said: text, submit.
        "no-implicit-input-type": "off",
        "no-implicit-button-type": "off",
        // Buttons of one name with a value each are how a form without scripts asks which of them.
        "form-dup-name": "off",
        // A slider and the number beside it are one field; the label is of the first.
        "multiple-labeled-controls": "off",
    },
};
