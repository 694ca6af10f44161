/** What is asked of styles: no mistakes, and the habits of www/style. */
export default {
    rules: {
        "at-rule-no-unknown": true,
        "block-no-empty": true,
        "color-no-invalid-hex": true,
        "comment-no-empty": true,
        "custom-property-no-missing-var-function": true,
        "declaration-block-no-duplicate-custom-properties": true,
        "declaration-block-no-duplicate-properties": true,
        "declaration-block-no-shorthand-property-overrides": true,
        "font-family-no-duplicate-names": true,
        "function-calc-no-unspaced-operator": true,
        "function-no-unknown": true,
        "keyframe-declaration-no-important": true,
        "length-zero-no-unit": true,
        "media-feature-name-no-unknown": true,
        "named-grid-areas-no-invalid": true,
        "no-duplicate-at-import-rules": true,
        "no-duplicate-selectors": true,
        "no-empty-source": true,
        "no-invalid-double-slash-comments": true,
        "no-invalid-position-at-import-rule": true,
        "property-no-unknown": true,
        "selector-anb-no-unmatchable": true,
        "selector-pseudo-class-no-unknown": true,
        "selector-pseudo-element-no-unknown": true,
        "selector-type-no-unknown": true,
        "shorthand-property-no-redundant-values": true,
        "string-no-newline": true,
        "unit-no-unknown": true,

        // Weight comes from what a rule says, not from shouting or from names for one place.
        "declaration-no-important": true,
        "selector-max-id": 0,
        "selector-class-pattern": "^[a-z]+(-[a-z0-9]+)*$",
        "custom-property-pattern": "^[a-z]+(-[a-z]+)*$",
        // Sides are those of the writing, not of the screen.
        "property-disallowed-list": ["/^(margin|padding|border)-(left|right|top|bottom)/", "left", "right", "top", "bottom", "width", "height",
            "/^(min|max)-(width|height)$/"],
        // A colour is said once, as light-dark(): so it follows what somebody chose, too.
        "media-feature-name-disallowed-list": ["prefers-color-scheme"],
    },
};
