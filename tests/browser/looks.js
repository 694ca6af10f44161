/** The ways a page is looked at: each language, wide and narrow, light and dark. */

import {assertNothingSerious} from "./axe.js";
import {assertNoSidewaysScroll} from "./site.js";

export const LOOKS = [
    {locale: "en-GB", width: 1280, colorScheme: "light"},
    {locale: "ko-KR", width: 360, colorScheme: "dark"},
    {locale: "en-GB", width: 360, colorScheme: "light"},
    {locale: "ko-KR", width: 1280, colorScheme: "dark"},
];

/** What a browser is opened with for a look. */
export function options({locale, width, colorScheme}) {
    return {locale, colorScheme, viewport: {width, height: 740}, reducedMotion: "reduce"};
}

/** The name of a look, for the name of a test. */
export function nameOf({locale, width, colorScheme}) {
    return `${locale.slice(0, 2)}, ${width} px, ${colorScheme}`;
}

/** The page as it is now is readable and fits; a picture of it goes to PICTURES, where that is set. */
export async function assertLooksRight(page, where, look) {
    if (process.env.PICTURES) await page.screenshot({path: `${process.env.PICTURES}/${where}-${nameOf(look).replaceAll(", ", "-").replaceAll(" ", "")}.png`});
    await assertNothingSerious(page, where);
    await assertNoSidewaysScroll(page);
}
