// Parallel coordinates: which ranges the mouse has marked on the axes, and in which order they stand.

import { outbox } from "./outbox.js";
/** @typedef {import("./plotly_plot.js").PlotlyPlot} PlotlyPlot */

export class AxisFilters {
  /** @param {PlotlyPlot} plot */
  constructor(plot) {
    this.plot = plot;
    this.held = false; // while the mouse drags along an axis, which a new figure would end
    plot.element.addEventListener("pointerdown", () => {
      this.held = plot.dimensions() !== undefined;
    }, true);
    for (const event of ["pointerup", "pointercancel"]) {
      addEventListener(event, () => { this.held = false; }, true);
    }
  }

  // Begins to send the ranges on each axis, once the figure is drawn.
  listen() {
    this.plot.on("plotly_restyle", () => {
      const marked = this.plot.dimensions()?.filter((axis) => axis.constraintrange?.length);
      if (!marked) return;
      const ranges = marked.map(({ name, constraintrange = [] }) => [name, constraintrange.flat()]);
      outbox.add("filter", { ranges: Object.fromEntries(ranges) });
    });
  }

  /**
   * Puts the axes of a new figure where those of the present one have been dragged to.
   * @param {any} trace
   */
  arrange(trace) {
    const names = this.plot.dimensions()?.map(({ name }) => name);
    if (trace.type !== "parcoords" || !names) return trace;
    const placed = trace.dimensions.map((/** @type {any} */ axis, /** @type {number} */ index) => (
      [names.includes(axis.name) ? names.indexOf(axis.name) : index, axis]
    ));
    placed.sort((/** @type {[number]} */ [a], /** @type {[number]} */ [b]) => a - b);
    const dimensions = placed.map((/** @type {[number, object]} */ [, axis]) => ({ ...axis }));
    return { ...trace, dimensions };
  }
}
