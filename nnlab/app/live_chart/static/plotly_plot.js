// A Plotly figure in an element. Only this module reads Plotly's internals.

import { make } from "./dom.js";

/** @type {Promise<any> | undefined} */
let loading; // Plotly.js is one script for all charts of the page
export function loadPlotly() {
  loading ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = String(new URL("../../plotly/plotly.min.js", import.meta.url));
    script.onload = () => resolve(/** @type {any} */ (window).Plotly);
    script.onerror = () => { loading = undefined; reject(new Error("Plotly.js did not load")); };
    document.head.append(script);
  });
  return loading;
}

const LENGTHS = ["size", "width", "l", "r", "t", "b", "standoff", "thickness"]; // in a figure, in pixels
/**
 * Returns a figure with all its lengths multiplied.
 * @param {any} figure
 * @param {number} by
 */
export function scaled(figure, by) {
  if (by === 1) return figure;
  return JSON.parse(JSON.stringify(figure, (name, value) => (
    LENGTHS.includes(name) && typeof value === "number" ? by * value : value
  )));
}

/** @typedef {{ range?: number[] }} Axis */
const AXES = /** @type {const} */ (["xaxis", "yaxis"]);

export class PlotlyPlot {
  constructor() {
    this.element = make("div", "plot", "", { role: "img" });
    this.plot = /** @type {any} */ (this.element); // with what Plotly adds to it
    this.isDrawn = false;
    /** @type {(number[] | undefined)[]} */
    this.ranges = []; // of the axes, as drawn; undefined where Plotly finds the range
  }

  /**
   * Draws the figure, or changes it into another one.
   * @param {object[]} data
   * @param {{ xaxis?: Axis, yaxis?: Axis }} layout
   */
  async draw(data, layout) {
    const plotly = await loadPlotly();
    const began = performance.now();
    const options = {
      displaylogo: false, displayModeBar: false, scrollZoom: false, doubleClick: "reset",
      showTips: false, // it would cover the page's buttons
    };
    // Plotly would keep the ranges of the first figure, as the limits of a constrained axis and as
    // the ranges that a double click returns to.
    const ranges = this.ranges = AXES.map((name) => layout[name]?.range?.slice());
    const axes = () => AXES.map((name) => this.plot._fullLayout?.[name]);
    for (const axis of axes()) if (axis) axis._inputRange = null;
    await plotly.react(this.element, data, layout, options);
    axes().forEach((axis, index) => {
      if (axis) [axis._rangeInitial0, axis._rangeInitial1] = ranges[index] ?? [];
    });
    this.isDrawn = true;
    return performance.now() - began;
  }

  resize() {
    if (this.isDrawn && this.element.offsetParent) {
      /** @type {any} */ (window).Plotly.Plots.resize(this.element);
    }
  }

  /**
   * @param {string} event
   * @param {(event: any) => void} listener
   */
  on(event, listener) {
    this.plot.on(event, listener);
  }

  // Returns the axes of a figure that has them, in pixels of the element: where they lie, and what
  // turns values into places and back.
  axes() {
    const { width, height, xaxis, yaxis } = this.plot._fullLayout ?? {};
    if (!xaxis) return undefined;
    const left = /** @type {number} */ (xaxis._offset), top = /** @type {number} */ (yaxis._offset);
    return {
      size: { width: Number(width), height: Number(height) },
      area: { left, top, width: Number(xaxis._length), height: Number(yaxis._length) },
      /** @param {number} value */
      x: (value) => left + Number(xaxis.d2p(value)),
      /** @param {number} value */
      y: (value) => top + Number(yaxis.d2p(value)),
      /**
       * @param {number} x
       * @param {number} y
       * @returns {[number, number]}
       */
      valuesAt: (x, y) => [xaxis.p2d(x - left), yaxis.p2d(y - top)],
    };
  }

  // Says whether the user has zoomed in: a double click has something to reset. Plotly notes which
  // ends of an axis the user has moved; after a double click they are where they were drawn.
  isZoomed() {
    return AXES.some((name, index) => {
      const { [name]: axis, _preGUI: moved } = this.plot._fullLayout ?? {};
      if (!axis || axis.autorange) return false;
      const reach = Math.abs(axis.range[1] - axis.range[0]), drawn = this.ranges[index];
      return [0, 1].some((end) => `${name}.range[${end}]` in moved
        && !(drawn && Math.abs(axis.range[end] - drawn[end]) <= 1e-6 * reach));
    });
  }

  /**
   * Returns a trace with its defaults, if there is one.
   * @param {number} index
   * @returns {{ name?: string, meta?: number, customdata?: number[], x?: number[] } | undefined}
   */
  trace(index) {
    return this.plot._fullData?.[index];
  }

  /**
   * Returns the values of a point that is drawn.
   * @param {number} trace
   * @param {number} index
   * @returns {{ x: number, y: number } | undefined}
   */
  point(trace, index) {
    if (this.plot._fullData[trace]?.visible !== true) return undefined;
    return this.plot.calcdata[trace][index];
  }

  /**
   * Returns the visible point that is nearest to a place, if there is any.
   * @param {{ x: number, y: number }} at pixels of the element
   * @param {(trace: { name?: string }) => boolean} counts says which traces to look at
   * @returns {[number, number] | undefined} trace, and index in the trace
   */
  nearest(at, counts) {
    const axes = this.axes();
    /** @type {[number, number] | undefined} */
    let found;
    let least = Infinity;
    for (const [trace, full] of (axes ? this.plot._fullData : []).entries()) {
      if (full.visible !== true || !counts(full)) continue;
      for (const [index, { x, y }] of this.plot.calcdata[trace].entries()) {
        const distance = axes ? Math.hypot(axes.x(x) - at.x, axes.y(y) - at.y) : NaN;
        if (distance < least) [least, found] = [distance, [trace, index]];
      }
    }
    return found;
  }

  /**
   * Returns the axes of parallel coordinates, in their order, if that is what the figure draws.
   * @returns {{ name: string, constraintrange?: any[] }[] | undefined}
   */
  dimensions() {
    return this.plot.data?.find((/** @type {any} */ { type }) => type === "parcoords")?.dimensions;
  }
}
