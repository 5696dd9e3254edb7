// The crosshair: the plane by keyboard. While the plane has the focus, the arrow keys move it, the
// answer there is shown and read out, and Enter does what a click there would do.

import { make } from "./dom.js";
/** @typedef {{ x: number, y: number }} Place */

const NEAR = 1, FAR = 10; // steps, in percent of the plane
/** @type {Record<string, [number, number]>} */
const MOVES = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const ACTS = ["Enter", " "], LEAVES = "Escape";
const SHOWN = "has-crosshair"; // class of the focused plane

/**
 * Returns where a key moves the crosshair to, or undefined if it is not one of the arrow keys.
 * @param {Place} place percent of the plane, from its left and from its top
 * @param {string} key as in KeyboardEvent.key
 * @param {boolean} isFar a large step
 * @returns {Place | undefined}
 */
export function moved({ x, y }, key, isFar) {
  const move = MOVES[key];
  if (!move) return undefined;
  const [to, down] = move.map((way) => way * (isFar ? FAR : NEAR));
  const inside = (/** @type {number} */ at) => Math.max(0, Math.min(at, 100));
  return { x: inside(x + to), y: inside(y + down) };
}

/**
 * Says whether a key is for the crosshair, and not for the page.
 * @param {KeyboardEvent} event
 */
export const isForCrosshair = ({ target, key }) => target instanceof Element
  && target.matches(`.${SHOWN}`) && (key in MOVES || ACTS.includes(key) || key === LEAVES);

export class Crosshair {
  /** @param {import("./chart.js").Chart} chart */
  constructor(chart) {
    this.chart = chart;
    this.lines = make("div", "crosshair", "", { "aria-hidden": "true" });
    this.lines.hidden = true;
    this.spoken = make("div", "spoken", "", { "aria-live": "polite" });
    /** @type {Place} */
    this.place = { x: 50, y: 50 };
  }

  get isShown() {
    return !this.lines.hidden;
  }

  // Makes the plane a place that the Tab key reaches.
  listen() {
    const { element } = this.chart.plot;
    if (element.tabIndex === 0) return;
    element.tabIndex = 0;
    // A screen reader passes the arrow keys on.
    element.setAttribute("role", "application");
    element.setAttribute("aria-description", "Arrow keys move a crosshair. Enter acts there.");
    element.addEventListener("focus", () => this.show(element.matches(":focus-visible")));
    element.addEventListener("blur", () => this.show(false));
    element.addEventListener("keydown", (event) => this.use(event));
    element.addEventListener("pointerdown", () => this.show(false));
  }

  /** @param {boolean} isShown */
  show(isShown) {
    this.lines.hidden = !isShown;
    this.chart.plot.element.classList.toggle(SHOWN, isShown);
    this.spoken.textContent = "";
    this.move(this.place);
  }

  // Returns where the crosshair is, in pixels of the chart.
  at() {
    const area = this.isShown && this.chart.plot.axes()?.area;
    return area ? {
      x: area.left + (area.width * this.place.x) / 100,
      y: area.top + (area.height * this.place.y) / 100,
    } : undefined;
  }

  /** @param {KeyboardEvent} event */
  use(event) {
    if (!isForCrosshair(event) || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault(); // the page would scroll
    const place = moved(this.place, event.key, event.shiftKey);
    if (place) this.move(place);
    else if (event.key === LEAVES) this.chart.plot.element.blur();
    else if (!event.repeat) this.act(event.shiftKey);
  }

  /** @param {Place} place */
  move(place) {
    this.place = place;
    this.lines.style.setProperty("--x", `${place.x}%`);
    this.lines.style.setProperty("--y", `${place.y}%`);
    const { hover } = this.chart, at = this.at();
    hover.say();
    if (at) this.spoken.textContent = `${hover.whereText(at)}: ${hover.answer}`;
  }

  /** @param {boolean} isOther the next class is drawn */
  act(isOther) {
    const { chart: { brush, marks, plot } } = this, at = this.at();
    if (!at) return;
    if (brush.options) brush.stamp(at, isOther);
    else {
      const nearest = plot.nearest(at, ({ name }) => Boolean(name?.startsWith("train")));
      if (nearest) marks.pin(nearest);
    }
  }
}
