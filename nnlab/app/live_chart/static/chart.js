// A live chart: a Plotly figure that is drawn once and updated in place, over frames of a picture.

import { AxisFilters } from "./axis_filters.js";
import { Brush } from "./brush.js";
import { Crosshair } from "./crosshair.js";
import { make, penOf } from "./dom.js";
import { Hover } from "./hover.js";
import { finishLosses } from "./loss_axis.js";
import { Marks } from "./marks.js";
import { PlotlyPlot, loadPlotly, scaled } from "./plotly_plot.js";
/** @typedef {import("messages").Chart} Update */
/** @typedef {import("messages").Stage} Stage */

const FEW = 20; // points of a line that gets markers, since a line alone would not show them
const MAX_LEFT = 3; // frames of the last update that are still played after the next one has come
const MAX_REST_MS = 500;
const MAX_SPACING_MS = 250; // between two frames
const NAME = 24; // pixels at the top of the plot, for the name of an axis and a note

export class Chart {
  constructor() {
    this.plot = new PlotlyPlot();
    this.under = make("div", "under");
    this.canvas = make("canvas");
    this.under.append(this.canvas);
    this.caption = make("div", "caption");
    this.zoomed = make("div", "zoomed", "Double-click to see all");
    this.hover = new Hover(this);
    this.marks = new Marks(this.plot, () => this.hover.say());
    this.brush = new Brush(this);
    this.crosshair = new Crosshair(this);
    this.filters = new AxisFilters(this.plot);
    /** @type {HTMLElement | undefined} */
    this.element = undefined;
    /** @type {Stage["extent"]} */
    this.extent = null;
    /** @type {any} a Plotly figure */
    this.figure = undefined;
    this.text = ""; // of the figure, as JSON
    /** @type {Update | undefined} */
    this.message = undefined;
    /** @type {Update["frames"]} still to be played */
    this.frames = [];
    this.pins = this.busy = this.running = false;
    this.stale = false; // whether the figure has to be drawn again
    this.run = this.rest = 0;
    this.scale = 1;
    /** @type {{ range?: number[], revision?: string }} */
    this.lossAxis = {}; // its range before the user has zoomed in, and in which figure
    this.received = this.spacing = this.nextAt = this.restsUntil = 0;
    // A finger scrolls the page or pinches it; Plotly would zoom. A tap still reaches Plotly, as a
    // click of the mouse.
    this.plot.element.addEventListener("touchstart", (event) => {
      if (this.plot.axes()) event.stopPropagation();
    }, { capture: true, passive: true });
  }

  /**
   * @param {HTMLElement} element
   * @param {string} name
   */
  mount(element, name) {
    const waits = !this.element; // an update may have come first
    this.element = element;
    element.dataset.liveChart = name;
    const { rings, prediction } = this.marks, { lines, spoken } = this.crosshair;
    element.append(
      this.under, this.plot.element, rings, prediction, this.caption, this.zoomed, lines, spoken,
    );
    this.hover.mount(element);
    this.stale = true; // the place is new, as after a visit to another page
    new ResizeObserver(() => {
      this.stale ||= this.plot.isDrawn && this.scale !== this.scaleOf(element);
      this.plot.resize();
      this.schedule();
    }).observe(element);
    if (waits) this.schedule();
  }

  /** @param {Stage} stage */
  setStage({ figure, extent, rest, pins, brush, colors, names, scales, map_colors: mapColors }) {
    Object.assign(this, { extent, rest, pins });
    this.hover.set(mapColors, names, scales);
    Object.assign(this.marks, { names, scales });
    if (this.text !== figure) {
      this.text = figure;
      this.figure = JSON.parse(figure);
      this.stale = true;
      this.schedule();
    }
    if (pins) {
      this.marks.follow(this.figure);
      this.crosshair.listen();
    }
    this.brush.set(brush, colors);
  }

  /**
   * Takes an update. While the run trains, the last frames of the previous update are still played,
   * since new ones take a moment to decode; older ones are dropped, so that no delay builds up.
   * @param {Update} message
   */
  update(message, { running = false, run = 0 } = {}) {
    // The page has been left since: the update is for the place that comes next.
    if (!this.element?.isConnected) this.element = undefined;
    const now = performance.now();
    // Frames are played a little faster than they come, so that few have to be dropped.
    this.spacing = Math.min(now - this.received, MAX_SPACING_MS) / (message.frames.length + 1);
    this.received = now;
    this.run = this.marks.run = run;
    this.stale ||= message.series.length > 0
      || (!this.extent && message.iteration !== this.message?.iteration);
    if (message.caption !== this.message?.caption) this.frames = []; // they show another unit
    this.caption.textContent = message.caption;
    this.message = message;
    this.frames = [...(running ? this.frames.slice(-MAX_LEFT) : []), ...message.frames];
    if (this.running && !running) this.finish(); // a run pauses or ends
    this.running = running;
    this.plot.element.setAttribute("aria-label", message.alt);
    this.marks.update(message.points);
    this.schedule();
  }

  // Shows all of the last update at once.
  finish() {
    this.frames = this.frames.slice(-1);
    this.restsUntil = this.nextAt = 0;
    this.schedule();
  }

  /**
   * Returns by how much the figure is enlarged: its text has the size that the style says.
   * @param {HTMLElement} element
   */
  scaleOf(element) {
    return parseFloat(getComputedStyle(element).fontSize) / this.figure.layout.font.size;
  }

  schedule() {
    if (this.busy || !this.element || !this.figure || !this.message) return;
    this.busy = true;
    requestAnimationFrame(() => this.draw());
  }

  async draw() {
    try {
      const free = !this.filters.held && performance.now() >= this.restsUntil;
      if (this.stale && free) await this.drawFigure();
      this.drawFrame();
    } catch (error) {
      console.error(error);
      await new Promise((resolve) => setTimeout(resolve, 1000)); // a bad network: try again
    }
    if (!this.stale) this.brush.wipe();
    this.busy = false;
    if (this.stale || this.frames.length) this.schedule();
  }

  async drawFigure() {
    await loadPlotly();
    const { element, figure, message } = this;
    if (!element || !message) return;
    this.stale = false;
    this.scale = this.scaleOf(element);
    const { data: traces, layout: drawn } = scaled(figure, this.scale);
    let data = traces.map((/** @type {any} */ trace, /** @type {number} */ index) => {
      if (!message.series.length) return this.filters.arrange(trace);
      if (!message.series[index]) return { ...trace }; // its data came with the figure
      const [x, y, z] = message.series[index]; // a matrix has a z for each x and y
      return { ...trace, x, y, z, mode: x.length > FEW ? "lines" : "lines+markers" };
    });
    // A new run resets the zoom. Plotly writes the zoom into the layout that it gets.
    const layout = structuredClone(drawn);
    layout.uirevision = `${layout.uirevision} ${this.run}`;
    if (layout.meta === "losses") {
      data = finishLosses(data, layout, element.clientHeight - layout.margin.t - layout.margin.b);
      const { range, revision } = this.lossAxis;
      const stays = this.plot.isZoomed() && revision === layout.uirevision;
      if (stays) layout.yaxis.range = range; // another would end the zoom
      else this.lossAxis = { range: layout.yaxis.range, revision: layout.uirevision };
    }
    const isFirst = !this.plot.isDrawn;
    const took = await this.plot.draw(data, layout);
    this.restsUntil = performance.now() + Math.min(this.rest * took, MAX_REST_MS);
    if (isFirst) {
      this.plot.on("plotly_afterplot", () => this.placeCanvas());
      this.plot.on("plotly_relayouting", () => this.placeCanvas());
      this.marks.listen(this.pins);
      this.filters.listen();
    }
    this.placeCanvas();
    if (!this.extent) element.dataset.iteration = String(message.iteration);
  }

  drawFrame() {
    const now = performance.now();
    if (!this.frames.length || now < this.nextAt) return;
    const [iteration, { bitmap }] = this.frames[0];
    if (!bitmap || !this.element) return;
    this.frames.shift();
    this.nextAt = Math.max(this.nextAt + this.spacing, now);
    if (this.canvas.width !== bitmap.width) this.canvas.width = this.canvas.height = bitmap.width;
    penOf(this.canvas).drawImage(bitmap, 0, 0);
    this.canvas.dataset.drawn = "true";
    this.hover.say(); // the network may predict something else now
    this.element.dataset.iteration = String(iteration);
  }

  // Lets the picture, and what is written over it, follow the axes when the user zooms or the window
  // changes.
  placeCanvas() {
    const axes = this.plot.axes();
    if (!axes) return;
    const { area, size } = axes;
    this.element?.classList.toggle("is-zoomed", this.plot.isZoomed());
    Object.assign(this.zoomed.style, {
      right: `${size.width - area.left - area.width}px`, top: `${area.top + NAME}px`,
    });
    if (!this.extent) return;
    this.marks.draw();
    const [left, right, bottom, top] = this.extent;
    const place = (/** @type {HTMLElement} */ element, /** @type {typeof area} */ box) => {
      for (const [side, pixels] of Object.entries(box)) {
        element.style.setProperty(side, `${pixels}px`);
      }
    };
    place(this.under, area);
    place(this.crosshair.lines, area);
    this.hover.say();
    Object.assign(this.caption.style, {
      left: `${area.left}px`, top: `${area.top + NAME}px`, maxWidth: `${area.width}px`,
    });
    Object.assign(this.marks.prediction.style, {
      left: `${area.left}px`, bottom: `${size.height - area.top - area.height}px`,
      maxWidth: `${area.width}px`,
    });
    const x = axes.x(left), y = axes.y(top);
    place(this.canvas, {
      left: x - area.left, top: y - area.top,
      width: axes.x(right) - x, height: axes.y(bottom) - y,
    });
  }
}
