// Marks on the points of a chart: rings around the mistakes, and the prediction for the pinned point.

import { make, penOf } from "./dom.js";
import { outbox } from "./outbox.js";
import { pointAnswer } from "./plane_answer.js";
/** @typedef {import("messages").Marks} PointMarks */
/** @typedef {[number, number]} Place trace, and index in the trace */

const RING = 5, RING_COLOR = "#d6002a"; // radius in pixels
const PIN = 8; // radius of the ring around the pinned point
const STEPS = 2 ** 16 - 2; // from the lowest prediction to the highest, as in points.py

/**
 * Returns the outputs for a point: one, or the probabilities of several classes.
 * @param {PointMarks | undefined} marks
 * @param {number} index
 * @param {number} count of the points
 */
export function predictionsOf(marks, index, count) {
  const [low, high, outputs] = marks ?? [0, 0, []];
  const width = outputs.length / count;
  return Array.from(outputs.slice(width * index, width * (index + 1)), (steps) => (
    steps > STEPS ? NaN : low + (high - low) * (steps / STEPS)
  ));
}

/**
 * @param {PointMarks} marks
 * @param {number} index
 */
export const isWrong = ([, , , bits], index) => Boolean(bits[index >> 3] & (128 >> (index & 7)));

export class Marks {
  /**
   * @param {import("./plotly_plot.js").PlotlyPlot} plot
   * @param {() => void} onHover called when another point is under the mouse
   */
  constructor(plot, onHover) {
    this.plot = plot;
    this.onHover = onHover;
    this.rings = make("canvas", "rings");
    this.prediction = make("div", "prediction", "", { role: "status" });
    /** @type {PointMarks[]} */
    this.points = []; // per trace of the figure
    /** @type {string[]} */
    this.names = []; // of the classes
    /** @type {import("messages").Stage["scales"]} */
    this.scales = [];
    /** @type {Place | undefined} */
    this.hovered = undefined;
    /** @type {Place | undefined} */
    this.pinned = undefined;
    this.places = ""; // of all points
    this.hasRings = false;
    this.run = 0; // number of the run that the points belong to
  }

  /**
   * Unpins the point if the points have changed.
   * @param {{ data: { x?: number[], y?: number[] }[] }} figure
   */
  follow({ data }) {
    const places = JSON.stringify(data.map(({ x, y }) => [x, y]));
    const lost = places !== this.places && this.pinned !== undefined;
    this.places = places;
    if (lost) {
      this.pinned = undefined;
      this.say();
      outbox.add("pin", { place: null, run: this.run });
    }
  }

  /**
   * Follows the mouse, once the figure is drawn.
   * @param {boolean} pins a click pins a point, a second click unpins it
   */
  listen(pins) {
    /**
     * @param {{ points?: { curveNumber: number, pointNumber: number }[] }} event
     * @returns {Place | undefined} none for the lines of parallel coordinates
     */
    const place = ({ points }) => points && [points[0].curveNumber, points[0].pointNumber];
    this.plot.on("plotly_hover", (event) => { this.hovered = place(event); this.onHover(); });
    this.plot.on("plotly_unhover", () => { this.hovered = undefined; this.onHover(); });
    if (!pins) return;
    this.plot.on("plotly_click", (event) => {
      const clicked = place(event);
      if (clicked) this.pin(clicked);
    });
  }

  /**
   * Pins a point, or unpins it if it is the pinned one.
   * @param {Place} place
   */
  pin(place) {
    this.pinned = String(place) === String(this.pinned) ? undefined : place;
    this.draw();
    this.say();
    outbox.add("pin", { place: this.pinned ?? null, run: this.run });
  }

  /** @param {PointMarks[]} points */
  update(points) {
    this.points = points;
    this.draw();
    this.say("off");
  }

  // Writes the prediction. "polite": a screen reader says it; at every tick that would be too much.
  say(live = "polite") {
    const text = this.text(this.pinned);
    if (text === this.prediction.textContent) return;
    this.prediction.setAttribute("aria-live", live);
    this.prediction.textContent = text;
  }

  /**
   * Says what the network predicts for a point; nothing if there is no such point.
   * @param {Place | undefined} place
   */
  text([trace, index] = [-1, -1]) {
    const { name, meta, customdata, x } = this.plot.trace(trace) ?? {};
    const predictions = predictionsOf(this.points[trace], index, x?.length ?? 0);
    if (!predictions.length || !name) return "";
    const isTest = name.startsWith("test");
    if (customdata) {
      return pointAnswer(isTest, null, customdata[index], predictions, [], this.scales[2]);
    }
    return meta === undefined ? "" : pointAnswer(isTest, meta, meta, predictions, this.names);
  }

  draw() {
    const { rings, plot } = this;
    const axes = plot.axes();
    const any = Boolean(this.pinned) || this.points.some(([, , , wrong]) => wrong.length);
    if (!axes || (!any && !this.hasRings)) return; // nothing to draw, nothing to wipe
    const { size: { width, height }, area } = axes;
    const scale = devicePixelRatio;
    Object.assign(rings, { width: width * scale, height: height * scale });
    Object.assign(rings.style, { width: `${width}px`, height: `${height}px` });
    const pen = penOf(rings);
    pen.scale(scale, scale);
    pen.rect(area.left, area.top, area.width, area.height);
    pen.clip();
    pen.strokeStyle = RING_COLOR;
    pen.lineWidth = 1.5;
    const ring = (/** @type {number} */ trace, /** @type {number} */ index, radius = RING) => {
      const point = plot.point(trace, index);
      if (!point) return;
      const x = axes.x(point.x), y = axes.y(point.y);
      pen.moveTo(x + radius, y);
      pen.arc(x, y, radius, 0, 2 * Math.PI);
    };
    pen.beginPath();
    this.points.forEach((marks, trace) => marks[2].forEach((_, index) => {
      if (isWrong(marks, index)) ring(trace, index);
    }));
    pen.stroke();
    if (this.pinned) {
      pen.strokeStyle = getComputedStyle(plot.element).getPropertyValue("--st-text-color");
      pen.beginPath();
      ring(...this.pinned, PIN);
      pen.stroke();
    }
    this.hasRings = any;
  }
}
