/**
 * Moves cards from lane to lane: with the mouse at once, with a finger after a long press, so that a swipe still scrolls,
 * and with the keyboard. A drop is one change, with its undo (keep.js).
 */

import {keep} from "./keep.js";
import {one} from "./parts.js";
import {known} from "./store.js";
import {say} from "./text.js";

/** @typedef {{card: HTMLElement, from: HTMLElement, over: HTMLElement, ghost: HTMLElement|null}} Held */

const LONG_PRESS_MS = 350;
/** Further than this, a press is no press any more. */
const STILL_PX = 6;
/** So near to the edge, what is behind it comes. */
const EDGE_PX = 56;
const SCROLL_PX = 12;

/** What is being carried. @type {Held|null} */
let held = null;
/** A press that may become a drag. @type {{card: HTMLElement, pointer: number, x: number, y: number, timer: number}|null} */
let pressed = null;
/** Where the pointer is. */
const at = {x: 0, y: 0};
/** A drag ends with a click that is none. */
let hasJustDragged = false;

/** @param {HTMLElement} root */
export function startMoving(root) {
    root.addEventListener("pointerdown", press);
    root.addEventListener("click", (event) => {
        if (hasJustDragged) event.preventDefault();
        hasJustDragged = false;
    }, {capture: true});
    root.addEventListener("contextmenu", (event) => {
        if (pressed || held) event.preventDefault();
    });
    // Once a card is carried, the finger carries it and scrolls no more.
    root.addEventListener("touchmove", (event) => {
        if (held?.ghost && event.cancelable) event.preventDefault();
    }, {passive: false});
    document.addEventListener("pointermove", move);
    document.addEventListener("pointerup", release);
    document.addEventListener("pointercancel", () => {
        forget();
        if (held?.ghost) putDown(false);
    });
    root.addEventListener("keydown", byKey);
    root.addEventListener("focusout", () => {
        if (held && !held.ghost) setTimeout(() => held && !held.ghost && held.card !== document.activeElement && putDown(false));
    });
}

/** @param {PointerEvent} event */
function press(event) {
    const card = /** @type {HTMLElement|null} */ (/** @type {HTMLElement} */ (event.target).closest(".card"));
    if (!card || event.button !== 0 || held) return;
    hasJustDragged = false;
    pressed = {card, pointer: event.pointerId, x: event.clientX, y: event.clientY, timer: 0};
    Object.assign(at, {x: event.clientX, y: event.clientY});
    if (event.pointerType !== "mouse") pressed.timer = window.setTimeout(lift, LONG_PRESS_MS);
}

function forget() {
    if (pressed) clearTimeout(pressed.timer);
    pressed = null;
}

/** @param {PointerEvent} event */
function move(event) {
    if (pressed && event.pointerId === pressed.pointer
        && Math.hypot(event.clientX - pressed.x, event.clientY - pressed.y) > STILL_PX) {
        // A finger that moves before the long press is over scrolls.
        if (event.pointerType === "mouse") lift();
        else forget();
    }
    if (!held?.ghost) return;
    Object.assign(at, {x: event.clientX, y: event.clientY});
    follow();
}

/** The card comes off the board. */
function lift() {
    if (!pressed) return;
    const {card} = pressed;
    forget();
    const lane = laneAround(card);
    if (!lane) return;
    const {left, top, width} = card.getBoundingClientRect();
    const ghost = /** @type {HTMLElement} */ (card.cloneNode(true));
    ghost.classList.add("ghost");
    ghost.setAttribute("aria-hidden", "true");
    ghost.style.inlineSize = `${width}px`;
    ghost.style.setProperty("--grip-x", `${left - at.x}px`);
    ghost.style.setProperty("--grip-y", `${top - at.y}px`);
    document.body.append(ghost);
    pickUp({card, from: lane, over: lane, ghost});
    follow();
    requestAnimationFrame(scrollAlong);
}

/** @param {Held} what */
function pickUp(what) {
    held = what;
    held.card.classList.add("is-held");
    held.over.classList.add("is-over");
}

function follow() {
    if (!held?.ghost) return;
    held.ghost.style.setProperty("--x", `${at.x}px`);
    held.ghost.style.setProperty("--y", `${at.y}px`);
    const lane = laneAround(document.elementFromPoint(at.x, at.y));
    if (lane) carryTo(lane);
}

/** Scrolls what is under the carried card while it is at an edge. */
function scrollAlong() {
    if (!held?.ghost) return;
    const root = one(document, ".cards");
    const {left, right} = root.getBoundingClientRect();
    const aside = at.x < left + EDGE_PX ? -SCROLL_PX : at.x > Math.min(right, innerWidth) - EDGE_PX ? SCROLL_PX : 0;
    const down = at.y < EDGE_PX ? -SCROLL_PX : at.y > innerHeight - EDGE_PX ? SCROLL_PX : 0;
    if (aside) root.scrollLeft += aside;
    if (down) scrollBy({top: down, behavior: "instant"});
    if (aside || down) follow();
    requestAnimationFrame(scrollAlong);
}

/** @param {PointerEvent} event */
function release(event) {
    if (pressed?.pointer === event.pointerId) forget();
    if (!held?.ghost) return;
    hasJustDragged = true;
    // The click comes before this; where none comes, nothing is to be stopped.
    setTimeout(() => (hasJustDragged = false));
    putDown(true);
}

/** @param {Element|null} element */
function laneAround(element) {
    return /** @type {HTMLElement|null} */ (element?.closest(".lane") ?? null);
}

/** @param {HTMLElement} lane */
function carryTo(lane) {
    if (!held || held.over === lane) return;
    held.over.classList.remove("is-over");
    held.over = lane;
    lane.classList.add("is-over");
}

/** @param {boolean} isDrop or the card goes back to where it was */
function putDown(isDrop) {
    if (!held) return;
    const {card, from, over, ghost} = held;
    held = null;
    ghost?.remove();
    card.classList.remove("is-held");
    over.classList.remove("is-over");
    const title = known().byId.get(Number(card.dataset.id))?.title || "";
    const isMoved = isDrop && over !== from;
    if (isMoved) keep(Number(card.dataset.id), JSON.parse(over.dataset.values || "{}"));
    voice(say(isMoved ? "page.board.dropped" : "page.board.returned", {title, column: nameOf(isMoved ? over : from)}));
    if (isMoved) card.scrollIntoView({block: "nearest", inline: "nearest"});
}

/** @param {HTMLElement} lane */
function nameOf(lane) {
    return one(lane, ".lane-name").textContent || "";
}

/** @param {string} sentence */
function voice(sentence) {
    one(document, ".voice").textContent = sentence;
}

/** @param {KeyboardEvent} event */
function byKey(event) {
    const card = /** @type {HTMLElement|null} */ (/** @type {HTMLElement} */ (event.target).closest(".card"));
    const lane = laneAround(card);
    if (!card || !lane || event.ctrlKey || event.metaKey || event.altKey) return;
    const {key} = event;
    if (held && !held.ghost) {
        const steps = /** @type {Record<string, () => void>} */ ({
            ArrowRight: () => carry(1), ArrowLeft: () => carry(-1), ArrowUp: () => {}, ArrowDown: () => {},
            " ": () => putDown(true), Enter: () => putDown(true), Escape: () => putDown(false),
        });
        if (!steps[key]) return;
        event.stopPropagation();
        event.preventDefault();
        return steps[key]();
    }
    if (key === " ") {
        pickUp({card, from: lane, over: lane, ghost: null});
        voice(say("page.board.picked", {title: known().byId.get(Number(card.dataset.id))?.title || "", column: nameOf(lane)}));
    } else if (!walk(key, card, lane)) return;
    event.preventDefault();
}

/** @param {number} step */
function carry(step) {
    const lanes = /** @type {HTMLElement[]} */ ([...document.querySelectorAll(".lane")]);
    const next = held && lanes[lanes.indexOf(held.over) + step];
    if (!next) return;
    carryTo(next);
    next.scrollIntoView({block: "nearest", inline: "nearest"});
    voice(say("page.board.over", {column: nameOf(next)}));
}

/** From card to card. @param {string} key @param {HTMLElement} card @param {HTMLElement} lane */
function walk(key, card, lane) {
    const inLane = (/** @type {Element} */ each) => /** @type {HTMLElement[]} */ ([...each.querySelectorAll(".card")]);
    const place = inLane(lane).indexOf(card);
    if (key === "ArrowDown" || key === "ArrowUp") {
        inLane(lane)[place + (key === "ArrowDown" ? 1 : -1)]?.focus();
        return true;
    }
    if (key !== "ArrowRight" && key !== "ArrowLeft") return false;
    const lanes = [...document.querySelectorAll(".lane")].filter((each) => each === lane || inLane(each).length);
    const next = lanes[lanes.indexOf(lane) + (key === "ArrowRight" ? 1 : -1)];
    if (next) inLane(next)[Math.min(place, inLane(next).length - 1)].focus();
    return true;
}
