// Draws points, or erases them, where the pointer or the crosshair is; each stroke is one message.

import { outbox } from "./outbox.js";
/** @typedef {import("messages").Brush} BrushOptions */
/** @typedef {import("messages").Stroke["body"]["positions"]} Positions */

const SVG = "http://www.w3.org/2000/svg";
const STEP = 12; // pixels between two points of a stroke
const MOST_POSITIONS = 1000; // in a stroke, as in messages.json

export class Brush {
  /** @param {import("./chart.js").Chart} chart */
  constructor(chart) {
    this.chart = chart;
    /** @type {BrushOptions | null} */
    this.options = null;
    /** @type {string[]} */
    this.colors = []; // by class
    /** @type {BrushOptions["label"]} */
    this.label = null; // of the present stroke
    /** @type {[number, number][] | null} */
    this.positions = null; // of the present stroke
    /** @type {[number, number] | null} */
    this.last = null; // position of the present stroke, in pixels
    this.number = 0; // of the message with the last stroke
    this.layer = document.createElementNS(SVG, "svg");
    this.layer.setAttribute("class", "brush");
    this.layer.style.width = this.layer.style.height = "100%";
    this.layer.addEventListener("pointerdown", (event) => this.begin(event));
    this.layer.addEventListener("pointermove", (event) => this.go(event));
    this.layer.addEventListener("pointerup", (event) => this.end(event));
    this.layer.addEventListener("pointercancel", (event) => this.end(event));
  }

  /**
   * @param {BrushOptions | null} options
   * @param {string[] | null} colors
   */
  set(options, colors) {
    this.options = options;
    this.colors = colors ?? this.colors;
    if (options) {
      this.layer.dataset.label = String(options.label ?? "erase");
      this.chart.element?.append(this.layer);
    } else {
      this.layer.remove();
      this.layer.replaceChildren();
    }
  }

  /** @param {PointerEvent} event */
  begin(event) {
    // A second finger neither draws nor ends the stroke.
    if (event.button !== 0 || !event.isPrimary || !this.chart.plot.isDrawn) return;
    this.layer.setPointerCapture(event.pointerId);
    this.start(event.shiftKey);
    this.go(event);
  }

  /** @param {boolean} isOther the next class is drawn, after the last one the first */
  start(isOther) {
    const label = this.options?.label ?? null;
    const next = label === null || !isOther ? label : (label + 1) % this.colors.length;
    this.label = /** @type {BrushOptions["label"]} */ (next);
    this.positions = [];
    this.last = null;
  }

  /** @param {PointerEvent} event */
  go(event) {
    if (!event.isPrimary) return;
    const box = this.layer.getBoundingClientRect();
    this.add(event.clientX - box.left, event.clientY - box.top);
  }

  /**
   * Adds a place to the stroke.
   * @param {number} x
   * @param {number} y
   */
  add(x, y) {
    const axes = this.chart.plot.axes();
    const { options, positions, chart: { extent } } = this;
    if (!positions || !options || !extent || !axes) return;
    if (positions.length === MOST_POSITIONS) return;
    if (this.last && Math.hypot(x - this.last[0], y - this.last[1]) < STEP) return;
    const { left, top, width, height } = axes.area;
    if (x < left || y < top || x > left + width || y > top + height) return;
    this.last = [x, y];
    positions.push(axes.valuesAt(x, y));
    const dot = document.createElementNS(SVG, "circle");
    const radius = options.radius * Math.abs(axes.x(extent[1]) - axes.x(extent[0]));
    const look = this.label === null ? { r: radius, fill: "none", stroke: "currentColor" }
      : { r: 4, fill: this.colors[this.label], stroke: "white" };
    for (const [name, value] of Object.entries({ cx: x, cy: y, ...look })) {
      dot.setAttribute(name, String(value));
    }
    this.layer.append(dot);
  }

  /** @param {PointerEvent} event */
  end(event) {
    if (event.isPrimary) this.finish();
  }

  /**
   * Draws or erases at one place.
   * @param {{ x: number, y: number }} at pixels of the chart
   * @param {boolean} isOther the next class is drawn
   */
  stamp({ x, y }, isOther) {
    if (this.positions) return; // the mouse is drawing
    this.start(isOther);
    this.add(x, y);
    this.finish();
  }

  finish() {
    if (this.positions?.length) {
      const positions = /** @type {Positions} */ (this.positions);
      this.number = outbox.add("stroke", { label: this.label, positions }, "");
    }
    this.positions = null;
    for (const circle of this.layer.querySelectorAll("[fill=none]")) circle.remove();
  }

  // Removes the dots once the stroke has been taken; only when the figure shows its points.
  wipe() {
    if (!this.positions && !outbox.isWaiting(this.number)) this.layer.replaceChildren();
  }
}
