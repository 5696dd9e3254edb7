// Parallel coordinates: the ranges that the user has marked on the axes, and the order of the axes.

import { outbox } from "./outbox.js";
/** @typedef {import("./plotly_plot.js").PlotlyPlot} PlotlyPlot */

export class AxisFilters {
  /** @param {PlotlyPlot} plot */
  constructor(plot) {
    this.plot = plot;
    this.held = false; // true while the mouse drags along an axis: a new figure would end the drag
    plot.element.addEventListener("pointerdown", () => {
      this.held = plot.dimensions() !== undefined;
    }, true);
    for (const event of ["pointerup", "pointercancel"]) {
      addEventListener(event, () => { this.held = false; }, true);
    }
  }

  // Sends the marked ranges whenever they change; call it once the figure is drawn.
  listen() {
    this.plot.on("plotly_restyle", () => {
      const marked = this.plot.dimensions()?.filter((axis) => axis.constraintrange?.length);
      if (!marked) return;
      const ranges = marked.map(({ name, constraintrange = [] }) => [name, constraintrange.flat()]);
      outbox.add("filter", { ranges: Object.fromEntries(ranges) });
    });
  }

  /**
   * Puts the axes of a new figure in the order to which the user has dragged the present ones.
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
