// Marks on a chart's points: rings around those on the wrong side, and what the network answers
// to the one under the mouse, or to the one that was clicked.

import { outbox } from "./outbox.js";
import { addStyle, make } from "./page.js";

const RING = 5, RING_COLOR = "#d6002a"; // px
const PIN = 8; // px, radius of the ring around the one that was clicked
const CSS = `
.live-chart .rings { inset: 0; pointer-events: none; }
.live-chart .answer { left: 52px; bottom: 0; padding: 0.2rem 0.5rem; border-radius: 0.3rem;
  font-size: 0.8rem; background: var(--st-background-color); pointer-events: none; }
.live-chart .answer:empty { display: none; }
`;
addStyle(CSS);

const STEPS = 2 ** 16 - 2; // as in points.py
function answerTo([low, high, outputs] = [0, 0, []], index) {
  const steps = outputs[index];
  if (steps === undefined) return undefined;
  return steps > STEPS ? NaN : low + (high - low) * (steps / STEPS);
}
const isWrong = ([, , , bits], index) => bits[index >> 3] & (128 >> (index & 7));

export class Marks {
  constructor(plot) {
    this.plot = plot;
    this.rings = make("canvas", "rings");
    this.answer = make("div", "answer", "", { role: "status" });
    this.points = []; // per trace of the figure its PointMarks
  }

  // Lets the clicked point go if the points are others than before.
  follow({ data }) {
    const places = JSON.stringify(data.map(({ x, y }) => [x, y]));
    const lost = places !== this.places && this.pinned !== undefined;
    this.places = places;
    if (lost) {
      this.pinned = undefined;
      this.say();
      outbox.add("pin", { place: null });
    }
  }

  // Follows the mouse, once the figure is drawn. `pins`: a click holds a point, a second lets it go.
  listen(pins) {
    // the lines of parallel coordinates are no points
    const place = ({ points }) => points && [points[0].curveNumber, points[0].pointNumber];
    this.plot.on("plotly_hover", (event) => { this.hovered = place(event); this.say(); });
    this.plot.on("plotly_unhover", () => { this.hovered = undefined; this.say(); });
    if (!pins) return;
    this.plot.on("plotly_click", (event) => {
      const pinned = place(event);
      this.pinned = String(pinned) === String(this.pinned) ? undefined : pinned; // again: unpinned
      this.draw();
      this.say();
      if (pinned) outbox.add("pin", { place: this.pinned ?? null });
    });
  }

  update(points) {
    this.points = points;
    this.draw();
    this.say("off");
  }

  // Writes the answer down; "polite" lets it be spoken too, as nobody could follow that at a tick.
  say(live = "polite") {
    const text = this.text();
    if (text === this.answer.textContent) return;
    this.answer.setAttribute("aria-live", live);
    this.answer.textContent = text;
  }

  text() {
    const [trace, index] = this.hovered ?? this.pinned ?? [];
    const output = answerTo(this.points[trace], index);
    const { name, meta, customdata } = this.plot._fullData?.[trace] ?? {};
    if (output === undefined || !name) return "";
    const regression = customdata !== undefined;
    const target = regression ? customdata[index] : meta;
    const what = regression
      ? `${name}, target ${target.toPrecision(3)}: answer`
      : `${name}: probability of class 1`;
    return `${what} ${output.toFixed(3)}, error ${(output - target).toFixed(3)}`;
  }

  draw() {
    const { rings, plot } = this;
    const { width, height, xaxis, yaxis } = plot._fullLayout ?? {};
    if (!xaxis) return;
    const any = this.pinned || this.points.some(([, , , wrong]) => wrong.length);
    if (!any && !this.drawn) return; // nothing to draw, nothing to wipe
    const scale = devicePixelRatio;
    rings.width = width * scale;
    rings.height = height * scale;
    rings.style.width = `${width}px`;
    rings.style.height = `${height}px`;
    const pen = rings.getContext("2d");
    pen.scale(scale, scale);
    pen.rect(xaxis._offset, yaxis._offset, xaxis._length, yaxis._length);
    pen.clip();
    pen.strokeStyle = RING_COLOR;
    pen.lineWidth = 1.5;
    const ring = (trace, index, radius) => {
      const at = plot._fullData[trace]?.visible === true && plot.calcdata[trace][index];
      if (!at) return;
      const x = xaxis._offset + xaxis.d2p(at.x), y = yaxis._offset + yaxis.d2p(at.y);
      pen.moveTo(x + radius, y);
      pen.arc(x, y, radius, 0, 2 * Math.PI);
    };
    pen.beginPath();
    this.points.forEach((marks, trace) => marks[2].forEach((_, index) => {
      if (isWrong(marks, index)) ring(trace, index, RING);
    }));
    pen.stroke();
    if (this.pinned) {
      pen.strokeStyle = getComputedStyle(plot).getPropertyValue("--st-text-color");
      pen.beginPath();
      ring(...this.pinned, PIN);
      pen.stroke();
    }
    this.drawn = any;
  }
}
