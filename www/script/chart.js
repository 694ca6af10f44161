/**
 * A chart of bands that lie on each other, one value a day each, drawn as SVG. Bands differ by pattern and are named
 * where they have room, besides the list above the chart that tells the numbers of one day: the last, or the one that
 * is pointed at, or chosen with the slider below by whoever does not point.
 *
 * @typedef {{name: string, kind: string, values: number[]}} Band the lowest first; `kind` is the class that colours it
 */

import {element} from "./parts.js";
import {number} from "./text.js";

const SVG = "http://www.w3.org/2000/svg";
const HEIGHT = 240;
const TOP = 8;
const FOOT = 24;
const LEFT = 40;
const LEAST_NAMED = 20;
/** A name ends near the last day and reaches back this far. */
const NAME_PX = 80;
const MOST_TICKS = 4;
/** From this width on a third day has room below the chart. */
const LEAST_OF_THREE = 400;

/** @param {string} name @param {Record<string, string|number>} [attributes] @param {string} [text] */
function shape(name, attributes = {}, text = "") {
    const made = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
    made.textContent = text;
    return made;
}

/** Round numbers from at most `low` to at least `high`. @param {number} low @param {number} high */
export function ticksOf(low, high) {
    const rough = Math.max(1, (high - low) / MOST_TICKS);
    const power = 10 ** Math.floor(Math.log10(rough));
    const step = power * /** @type {number} */ ([1, 2, 5, 10].find((factor) => factor * power >= rough));
    const ticks = [Math.floor(low / step) * step];
    while (ticks[ticks.length - 1] < high) ticks.push(ticks[ticks.length - 1] + step);
    if (ticks.length < 2) ticks.push(ticks[0] + step);
    return ticks;
}

/** The upper edge of each band, day by day. @param {Band[]} bands */
function edgesOf(bands) {
    /** @type {number[]} */
    let below = bands[0].values.map(() => 0);
    return bands.map((band) => (below = band.values.map((value, day) => value + below[day])));
}

/** Stripes and dots: who sees no colours tells the bands apart by them. */
function patterns() {
    const made = shape("defs");
    for (const kind of ["doing", "todo"]) {
        const pattern = shape("pattern", {id: `chart-${kind}`, width: 7, height: 7, patternUnits: "userSpaceOnUse",
            patternTransform: "rotate(45)"});
        pattern.append(shape("rect", {class: `ground ${kind}`, width: 7, height: 7}),
            kind === "doing" ? shape("rect", {class: `mark ${kind}`, width: 2, height: 7}) : shape("circle", {class: `mark ${kind}`, cx: 3, cy: 3, r: 1}));
        made.append(pattern);
    }
    return made;
}

/**
 * @param {Band[]} bands
 * @param {string[]} days their names, as many as there are values
 * @param {string} label of the slider: what it chooses
 * @returns {HTMLElement}
 */
export function bandChart(bands, days, label) {
    const root = element("figure", "chart");
    const legend = element("ul", "legend");
    const when = element("li", "when");
    const numbers = bands.map(() => element("span", "count"));
    const svg = shape("svg", {"aria-hidden": "true"});
    const slider = /** @type {HTMLInputElement} */ (element("input"));
    const last = days.length - 1;
    const edges = edgesOf(bands);
    let width = 0;
    let mark = shape("g");

    slider.type = "range";
    slider.min = "0";
    slider.max = String(last);
    slider.value = String(last);
    slider.setAttribute("aria-label", label);
    legend.append(when);
    [...bands].reverse().forEach((band) => {
        const line = element("li", `key ${band.kind}`, `${band.name} `);
        line.append(numbers[bands.indexOf(band)]);
        legend.append(line);
    });
    root.append(legend, svg, slider);

    const ticks = (() => {
        const lowest = Math.min(...edges[0]);
        const high = Math.max(...edges[edges.length - 1]);
        // Years of done work at the bottom would press all that moves into a line.
        return ticksOf(lowest > high - lowest ? lowest : 0, high);
    })();
    const x = (/** @type {number} */ day) => LEFT + ((width - LEFT - 1) * day) / Math.max(1, last);
    const y = (/** @type {number} */ value) => {
        const [low, high] = [ticks[0], ticks[ticks.length - 1]];
        return TOP + (HEIGHT - TOP - FOOT) * (1 - (Math.max(low, value) - low) / (high - low));
    };

    /** Tells the numbers of a day. @param {number} day */
    function choose(day) {
        slider.value = String(day);
        when.textContent = days[day];
        bands.forEach((band, place) => (numbers[place].textContent = number(band.values[day])));
        slider.setAttribute("aria-valuetext",
            `${days[day]}: ${[...bands].reverse().map((band) => `${band.name} ${number(band.values[day])}`).join(", ")}`);
        mark.replaceChildren(shape("line", {class: "chosen", x1: x(day), x2: x(day), y1: TOP, y2: HEIGHT - FOOT}),
            ...edges.map((edge) => shape("circle", {class: "chosen", cx: x(day), cy: y(edge[day]), r: 3.5})));
    }

    function draw() {
        const parts = [patterns()];
        for (const tick of ticks)
            parts.push(shape("line", {class: "grid", x1: LEFT, x2: width, y1: y(tick), y2: y(tick)}),
                shape("text", {x: LEFT - 8, y: y(tick) + 4, "text-anchor": "end"}, number(tick)));
        bands.forEach((band, place) => {
            const over = edges[place].map((value, day) => `${x(day)},${y(value)}`);
            const under = edges[place].map((_, day) => `${x(day)},${y(place ? edges[place - 1][day] : 0)}`).reverse();
            parts.push(shape("polygon", {class: `band ${band.kind}`, points: [...over, ...under].join(" ")}),
                shape("polyline", {class: `edge ${band.kind}`, points: over.join(" ")}));
        });
        // Above all bands, and where there is room along the whole name.
        const first = Math.max(0, Math.floor(last * (1 - NAME_PX / (width - LEFT))));
        bands.forEach((band, place) => {
            const high = Math.max(...edges[place].slice(first).map(y));
            const low = place ? Math.min(...edges[place - 1].slice(first).map(y)) : y(0);
            if (low - high >= LEAST_NAMED)
                parts.push(shape("text", {class: "name", x: width - 8, y: (low + high) / 2 + 5, "text-anchor": "end"}, band.name));
        });
        const middle = width < LEAST_OF_THREE ? [] : [[Math.round(last / 2), "middle"]];
        for (const [day, anchor] of /** @type {[number, string][]} */ ([[0, "start"], ...middle, [last, "end"]]))
            parts.push(shape("text", {x: x(day), y: HEIGHT - 6, "text-anchor": anchor}, days[day]));
        mark = shape("g");
        svg.setAttribute("viewBox", `0 0 ${width} ${HEIGHT}`);
        svg.replaceChildren(...parts, mark);
        choose(Number(slider.value));
    }

    slider.addEventListener("input", () => choose(Number(slider.value)));
    svg.addEventListener("pointermove", (event) => {
        const share = (/** @type {PointerEvent} */ (event).clientX - svg.getBoundingClientRect().left - LEFT) / (width - LEFT);
        choose(Math.min(last, Math.max(0, Math.round(share * last))));
    });
    svg.addEventListener("pointerleave", () => choose(last));
    new ResizeObserver(() => {
        if (!root.clientWidth || root.clientWidth === width) return;
        width = root.clientWidth;
        draw();
    }).observe(root);
    return root;
}
