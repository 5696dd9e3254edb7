// The answer at the pointer or the crosshair: what the network predicts at that place of the plane, or
// for the point there. It stays inside the plot, so that it covers no labels of the axes.

import { make, penOf } from "./dom.js";
import { inUnit } from "./numbers.js";
import { fractionOf, mapAnswer, sharesAnswer } from "./plane_answer.js";
/** @typedef {import("./plane_answer.js").Color} Color */

const OFF = 14; // pixels between the pointer and the answer
const SHARES_SIZE = 50; // of the grid of probabilities along each axis, as in plane_view.py

/**
 * Returns the colour that a CSS colour stands for.
 * @param {string} css as #rrggbb
 * @returns {Color}
 */
const parsed = (css) => /** @type {Color} */ (
  [1, 3, 5].map((at) => parseInt(css.slice(at, at + 2), 16))
);

/**
 * Returns the probability of each class in percent.
 * @param {import("messages").Numbers} shares
 * @param {number} across from 0 at the left to 1
 * @param {number} down from 0 at the top to 1
 */
function sharesAt(shares, across, down) {
  const [column, row] = [across, down].map((at) => (
    Math.min(Math.floor(at * SHARES_SIZE), SHARES_SIZE - 1)
  ));
  const count = shares.length / SHARES_SIZE ** 2;
  return Array.from({ length: count }, (_, label) => (
    shares[(label * SHARES_SIZE + row) * SHARES_SIZE + column]
  ));
}

export class Hover {
  /** @param {import("./chart.js").Chart} chart */
  constructor(chart) {
    this.chart = chart;
    this.tip = make("div", "answer", "", { "aria-hidden": "true" }); // it follows the pointer alone
    this.tip.hidden = true;
    this.answer = ""; // without the place
    /** @type {[Color, Color, Color] | undefined} */
    this.stops = undefined;
    /** @type {string[]} */
    this.names = []; // of the classes
    /** @type {import("messages").Stage["scales"]} */
    this.scales = [];
    /** @type {{ x: number, y: number } | undefined} the pointer, in pixels of the chart */
    this.at = undefined;
    this.pixels = make("canvas"); // two pixels wide and high
    this.pixels.width = this.pixels.height = 2;
    this.pen = penOf(this.pixels, { willReadFrequently: true });
  }

  /** @param {HTMLElement} element */
  mount(element) {
    element.append(this.tip);
    const follow = (/** @type {PointerEvent} */ event) => {
      const box = element.getBoundingClientRect();
      this.at = { x: event.clientX - box.left, y: event.clientY - box.top };
      this.say();
    };
    const leave = () => { this.at = undefined; this.say(); };
    element.addEventListener("pointermove", follow);
    element.addEventListener("pointerdown", follow);
    element.addEventListener("pointercancel", leave); // the finger scrolls
    element.addEventListener("pointerleave", (event) => {
      if (event.pointerType !== "mouse") return; // a finger that taps leaves at once
      const { relatedTarget: over } = event;
      if (!(over instanceof Element) || !over.matches(".dragcover")) return leave();
      // Plotly covers the page while the button is down: the pointer has not left.
      addEventListener("pointerup", (up) => {
        const { left, right, top, bottom } = element.getBoundingClientRect();
        const { clientX: x, clientY: y } = up;
        if (x >= left && x <= right && y >= top && y <= bottom) follow(up); else leave();
      }, { once: true, capture: true });
    });
  }

  /**
   * @param {[string, string, string] | null} colors of the map, at its ends and in the middle
   * @param {string[]} names of the classes
   * @param {import("messages").Stage["scales"]} scales
   */
  set(colors, names, scales) {
    Object.assign(this, { names, scales });
    this.stops = colors ? [parsed(colors[0]), parsed(colors[1]), parsed(colors[2])] : undefined;
  }

  say() {
    const { tip, chart: { crosshair, plot, marks } } = this;
    const at = crosshair.at() ?? this.at, point = crosshair.isShown ? "" : marks.text(marks.hovered);
    const area = plot.axes()?.area;
    const inside = area && at && at.x >= area.left && at.x <= area.left + area.width
      && at.y >= area.top && at.y <= area.top + area.height;
    this.answer = inside ? point || this.placeText(at) : "";
    const text = inside && this.answer && !point
      ? `${this.answer} · ${this.whereText(at)}` : this.answer;
    tip.hidden = !text;
    if (!text || !inside) return;
    if (tip.textContent !== text) tip.textContent = text;
    tip.style.maxWidth = `${area.width}px`;
    const { offsetWidth, offsetHeight } = tip;
    const fits = at.x + OFF + offsetWidth <= area.left + area.width;
    const left = Math.max(area.left, fits ? at.x + OFF : at.x - OFF - offsetWidth);
    const top = Math.max(area.top, at.y - OFF - offsetHeight);
    tip.style.transform = `translate(${Math.round(left)}px, ${Math.round(top)}px)`;
  }

  /**
   * Says where a place is, in the names and units of the columns.
   * @param {{ x: number, y: number }} at pixels of the chart
   */
  whereText(at) {
    const values = this.chart.plot.axes()?.valuesAt(at.x, at.y) ?? [];
    return values.map((value, axis) => (
      `${this.scales[axis].name} ${inUnit(value, this.scales[axis], 2)}`
    )).join(", ");
  }

  /**
   * Says what the map shows at a place: the mean of the four nearest pixels, as it is drawn.
   * @param {{ x: number, y: number }} at pixels of the chart
   */
  placeText(at) {
    const { stops, names, pen, chart: { canvas, extent, message, plot } } = this;
    const values = plot.axes()?.valuesAt(at.x, at.y), size = canvas.width;
    if (!stops || !extent || !message?.reading || !values || !canvas.dataset.drawn) return "";
    const [left, right, bottom, top] = extent;
    const x = ((values[0] - left) / (right - left)) * size - 0.5;
    const y = ((top - values[1]) / (top - bottom)) * size - 0.5;
    if (x < -0.5 || y < -0.5 || x > size - 0.5 || y > size - 0.5) return ""; // beside the map
    const { shares } = message.reading;
    if (shares) return sharesAnswer(sharesAt(shares, (x + 0.5) / size, (y + 0.5) / size), names);
    const column = Math.max(0, Math.min(Math.floor(x), size - 2));
    const row = Math.max(0, Math.min(Math.floor(y), size - 2));
    pen.drawImage(canvas, column, row, 2, 2, 0, 0, 2, 2);
    const { data } = pen.getImageData(0, 0, 2, 2);
    const across = Math.max(0, Math.min(x - column, 1)), down = Math.max(0, Math.min(y - row, 1));
    let fraction = 0;
    for (const [number, weight] of [
      (1 - across) * (1 - down), across * (1 - down), (1 - across) * down, across * down,
    ].entries()) {
      const color = /** @type {Color} */ ([...data.slice(4 * number, 4 * number + 3)]);
      fraction += weight * fractionOf(color, stops);
    }
    const scale = message.reading.kind === "unit" ? undefined : this.scales[2];
    return mapAnswer(fraction, message.reading, names, scale);
  }
}
