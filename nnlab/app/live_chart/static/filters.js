// Parallel coordinates: which ranges the mouse has marked on the axes, and in which order they stand.

import { outbox } from "./outbox.js";
import { addStyle } from "./page.js";

const CSS = `
.live-chart .parcoords text { text-shadow: 0 0 3px var(--st-background-color),
  0 0 3px var(--st-background-color) !important; }
.live-chart .parcoords :is(.domain, .tick line) { stroke: rgb(128, 128, 128) !important; }
`;
addStyle(CSS);

export class Filters {
  constructor(plot) {
    this.plot = plot;
    this.held = false; // while the mouse drags along an axis, which a new figure would end
    plot.addEventListener("pointerdown", () => { this.held = this.axes() !== undefined; }, true);
    for (const event of ["pointerup", "pointercancel"]) {
      addEventListener(event, () => { this.held = false; }, true);
    }
  }

  // Begins to send the ranges on each axis, once the figure is drawn.
  listen() {
    this.plot.on("plotly_restyle", () => {
      const axes = this.axes();
      if (!axes) return;
      const marked = axes.filter((axis) => axis.constraintrange?.length);
      const ranges = marked.map(({ name, constraintrange }) => [name, constraintrange.flat()]);
      outbox.add("filter", { ranges: Object.fromEntries(ranges) });
    });
  }

  axes() {
    return this.plot.data?.find(({ type }) => type === "parcoords")?.dimensions;
  }

  // Puts the axes of a new figure where those of the present one have been dragged to.
  arrange(trace) {
    const names = this.axes()?.map(({ name }) => name);
    if (trace.type !== "parcoords" || !names) return trace;
    const place = ({ name }, index) => (names.includes(name) ? names.indexOf(name) : index);
    const placed = trace.dimensions.map((axis, index) => [place(axis, index), axis]);
    const dimensions = placed.sort(([a], [b]) => a - b).map(([, axis]) => ({ ...axis }));
    return { ...trace, dimensions };
  }
}
