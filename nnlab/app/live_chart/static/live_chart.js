// Draws Plotly figures once and updates them in place. The messages are described in __init__.py.

import { Brush } from "./brush.js";
import { Diagram } from "./diagram.js";
import { Gallery } from "./gallery.js";
import { Filters } from "./filters.js";
import { listenToKeys } from "./keys.js";
import { Marks } from "./marks.js";
import { unpack } from "./message.js";
import { outbox } from "./outbox.js";
import { addStyle, make } from "./page.js";
import { TimeLine } from "./time_line.js";

const CSS = `
.live-chart > * { position: absolute; will-change: transform; }
.live-chart .plot { inset: 0; }
.live-chart .under { overflow: hidden; }
.live-chart canvas { position: absolute; }
.live-chart .brush { inset: 0; cursor: crosshair; touch-action: none; }
.live-chart .notice { left: 8%; right: 8%; top: 40%; padding: 0.8em 1em; border-radius: 8px;
  background: #fff3cd; color: #4d3b00; text-align: center; }
.live-chart .main-svg > :not(.hoverlayer) text { fill: var(--st-text-color) !important; }
.live-chart .caption { padding: 0.1rem 0.4rem; font-size: 0.8rem; line-height: 1.2;
  background: color-mix(in srgb, var(--st-background-color) 85%, transparent);
  box-sizing: border-box; pointer-events: none; }
.live-chart .caption:empty { display: none; }
.st-key-update, .st-key-keyboard { display: none; }
`;
const FEW = 20; // points of a line: with markers, since a line alone would hide where they are
const MAX_LEFT = 3; // frames of the last update that are still played after the next has come
const MAX_REST_MS = 500;
const STOPPING_MS = 1000; // that the server may take to stop
const BEHIND_MS = 1000; // an update so much later than the quickest one: the network is too slow
const ASK_AGAIN_MS = 4000;

let loading; // Plotly.js is one script for all charts of the page
function loadPlotly() {
  loading ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = new URL("../../plotly/plotly.min.js", import.meta.url);
    script.onload = () => resolve(window.Plotly);
    script.onerror = () => { loading = undefined; reject(new Error("Plotly.js did not load")); };
    document.head.append(script);
  });
  return loading;
}

class Chart {
  constructor() {
    this.plot = make("div", "plot", "", { role: "img" });
    this.under = make("div", "under");
    this.canvas = make("canvas");
    this.under.append(this.canvas);
    this.caption = make("div", "caption");
    this.marks = new Marks(this.plot);
    this.brush = new Brush(this);
    this.filters = new Filters(this.plot);
    this.frames = []; // still to be played: [iteration, image]
    this.received = this.nextAt = this.restsUntil = 0;
  }

  mount(element, name) {
    this.element = element;
    element.dataset.liveChart = name;
    element.append(this.under, this.plot, this.marks.rings, this.marks.answer, this.caption);
    this.stale = true; // in a new place, as when one comes back to the page
    new ResizeObserver(() => {
      if (this.drawn && this.plot.offsetParent) window.Plotly.Plots.resize(this.plot);
    }).observe(element);
  }

  setFigure(text, extent, rest) {
    this.extent = extent;
    this.rest = rest;
    if (this.text === text) return;
    this.text = text;
    this.figure = JSON.parse(text);
    this.stale = true;
    this.schedule();
  }

  // Takes an update. While the run goes on, the last frames of the one before may still be played,
  // as new ones take a moment to decode; older ones are dropped, so that no delay builds up.
  update(message, { running = false, run = 0 } = {}) {
    const now = performance.now();
    // Played a little faster than they come, so that few have to be dropped.
    this.spacing = Math.min(now - this.received, 250) / (message.frames.length + 1);
    this.received = now;
    this.run = run;
    this.stale ||= message.series.length > 0
      || (!this.extent && message.iteration !== this.message?.iteration);
    if (message.caption !== this.message?.caption) this.frames = []; // of another unit, mostly
    this.caption.textContent = message.caption;
    this.message = message;
    this.frames = [...(running ? this.frames.slice(-MAX_LEFT) : []), ...message.frames];
    this.plot.setAttribute("aria-label", message.alt);
    this.marks.update(message.points);
    this.schedule();
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
    const plotly = await loadPlotly();
    this.stale = false;
    const { figure, message } = this;
    const data = figure.data.map((trace, index) => {
      if (!message.series.length) return this.filters.arrange(trace);
      if (!message.series[index]) return trace; // it has come with the figure
      const [x, y, z] = message.series[index]; // a matrix has a z for each x and y
      return { ...trace, x, y, z, mode: x.length > FEW ? "lines" : "lines+markers" };
    });
    // A zoom into the loss curve is not for the next run; Plotly writes it into the layout it gets.
    const layout = structuredClone(figure.layout);
    layout.uirevision = `${layout.uirevision} ${this.run}`;
    const options = { displaylogo: false, displayModeBar: false, scrollZoom: false };
    const began = performance.now();
    await plotly.react(this.plot, data, layout, options);
    const now = performance.now();
    this.restsUntil = now + Math.min(this.rest * (now - began), MAX_REST_MS);
    if (!this.drawn) {
      this.drawn = true;
      for (const event of ["plotly_afterplot", "plotly_relayouting"]) {
        this.plot.on(event, () => this.placeCanvas());
      }
      this.marks.listen(this.pins);
      this.filters.listen();
    }
    this.placeCanvas();
    if (!this.extent) this.element.dataset.iteration = message.iteration;
  }

  drawFrame() {
    const now = performance.now();
    if (!this.frames.length || now < this.nextAt) return;
    const [iteration, { bitmap }] = this.frames[0];
    if (!bitmap) return;
    this.frames.shift();
    this.nextAt = Math.max(this.nextAt + this.spacing, now);
    if (this.canvas.width !== bitmap.width) this.canvas.width = this.canvas.height = bitmap.width;
    this.canvas.getContext("2d").drawImage(bitmap, 0, 0);
    this.element.dataset.iteration = iteration;
  }

  // Keeps the image in step with the axes while the user zooms or the window changes.
  placeCanvas() {
    if (!this.extent) return;
    this.marks.draw();
    const { xaxis, yaxis } = this.plot._fullLayout;
    const [left, right, bottom, top] = this.extent;
    const place = (element, x, y, width, height) => Object.assign(element.style, {
      left: `${x}px`, top: `${y}px`, width: `${width}px`, height: `${height}px`,
    });
    place(this.under, xaxis._offset, yaxis._offset, xaxis._length, yaxis._length);
    Object.assign(this.caption.style, {
      left: `${xaxis._offset}px`, top: `${yaxis._offset}px`, maxWidth: `${xaxis._length}px`,
    });
    const x = xaxis.d2p(left), y = yaxis.d2p(top);
    place(this.canvas, x, y, xaxis.d2p(right) - x, yaxis.d2p(bottom) - y);
  }
}

export { setKeys } from "./keys.js";

const KINDS = { network: Diagram, gallery: Gallery }; // by name; any other one is a Chart
const charts = new Map(); // name -> Chart
function chartOf(name) {
  if (!charts.has(name)) charts.set(name, new (KINDS[name] ?? Chart)());
  return charts.get(name);
}

export function stage({ parentElement, data }) {
  const chart = chartOf(data.name);
  const element = parentElement.querySelector(".live-chart");
  if (chart.element !== element) chart.mount(element, data.name);
  chart.setFigure(data.figure, data.extent, data.rest);
  if (data.shows) chart.update(data.shows);
  chart.pins = data.pins;
  if (data.pins) chart.marks.follow(chart.figure);
  chart.brush.set(data.brush, data.colors);
}

export function mountDiagram({ parentElement, data }) {
  chartOf(data.name).mount(parentElement.querySelector(".network"), data);
}

export function mountGallery({ parentElement, data }) {
  chartOf(data.name).mount(parentElement.querySelector(".gallery"), data);
}

const timeLine = new TimeLine();
export function mountTimeLine({ parentElement }) {
  timeLine.mount(parentElement.querySelector(".time-line"));
}

let running; // at the last update
let received = 0; // updates
let stoppedAt = -Infinity;
export function update({ parentElement, data, setTriggerValue }) {
  const message = unpack(data);
  const { session, page } = outbox.mark ?? message;
  if (message.session !== session) noticeLostSession();
  if (message.page !== page) stoppedAt = -Infinity;
  outbox.connect(message, (packet) => {
    if (parentElement.isConnected) setTriggerValue("messages", packet);
  });
  // What was on its way when Pause or Reset was pressed is not drawn any more.
  if (!message.time && performance.now() - stoppedAt < STOPPING_MS) return;
  received += 1;
  running = !message.time;
  if (isBehind(message.sent)) outbox.add("slow");
  const { run } = message, isOpen = outbox.snapshot();
  for (const [name, change] of Object.entries(message.charts)) {
    chartOf(name).update(change, { running, run, isOpen });
  }
  timeLine.update(message.time);
}

document.addEventListener("click", (event) => {
  if (!running || !event.target.closest?.(".st-key-start, .st-key-pause, .st-key-reset")) return;
  stoppedAt = performance.now();
  for (const chart of charts.values()) chart.frames = [];
}, { capture: true });

let quickest = Infinity; // ms that an update has taken, give or take the clocks' difference
let askedAt = 0;
function isBehind(sent) {
  const took = Date.now() - 1000 * sent;
  quickest = Math.min(quickest, took);
  if (took - quickest < BEHIND_MS || performance.now() - askedAt < ASK_AGAIN_MS) return false;
  askedAt = performance.now();
  return true;
}

function noticeLostSession() {
  const chart = charts.get("decision-boundary");
  const iteration = chart?.message?.iteration;
  if (!iteration || !chart.element?.isConnected) return;
  const text = `The server lost this session at iteration ${iteration}. `
    + "Press Start to train again from the same settings.";
  const notice = make("div", "notice", text, { role: "alert" });
  chart.element.append(notice);
  for (const event of ["pointerdown", "keydown"]) {
    addEventListener(event, () => notice.remove(), { once: true, capture: true });
  }
}

addStyle(CSS);
listenToKeys(() => received);
