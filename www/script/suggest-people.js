/** Offers the people who can be named in a comment; whoever is named gets a mail. */

import {known} from "./store.js";
import {Suggestions} from "./suggest.js";

/** People one of whose names begins like that. @param {string} begun */
export function peopleLike(begun) {
    const wanted = begun.toLocaleLowerCase();
    return known().people.filter(({name}) => [name, name.replaceAll(" ", ""), ...name.split(" ")]
        .some((part) => part.toLocaleLowerCase().startsWith(wanted)));
}

/** @param {HTMLTextAreaElement} field */
export function offerPeople(field) {
    new Suggestions(field, (sign, begun) => (sign === "@"
        ? peopleLike(begun).map(({name}) => ({text: `@${name}`, words: name})) : []));
}
