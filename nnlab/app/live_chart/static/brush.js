// Draws points, or erases them, where the pointer goes; each stroke is one message.

import { outbox } from "./outbox.js";

const STEP = 12; // pixels between two points of a stroke

export class Brush {
  constructor(chart) {
    this.chart = chart;
    this.number = 0; // of the message with the last stroke
    this.layer = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    this.layer.setAttribute("class", "brush");
    this.layer.style.width = this.layer.style.height = "100%";
    this.layer.addEventListener("pointerdown", (event) => this.begin(event));
    this.layer.addEventListener("pointermove", (event) => this.go(event));
    for (const end of ["pointerup", "pointercancel"]) {
      this.layer.addEventListener(end, (event) => this.end(event));
    }
  }

  set(brush, colors) {
    Object.assign(this, { options: brush, colors });
    if (brush) {
      this.layer.dataset.label = brush.label ?? "erase";
      this.chart.element.append(this.layer);
    } else {
      this.layer.remove();
      this.layer.replaceChildren();
    }
  }

  begin(event) {
    // A second finger draws nothing, and ends no stroke.
    if (event.button !== 0 || !event.isPrimary || !this.chart.drawn) return;
    this.layer.setPointerCapture(event.pointerId);
    const { label } = this.options;
    this.label = label !== null && event.shiftKey ? 1 - label : label;
    this.positions = [];
    this.last = null;
    this.go(event);
  }

  go(event) {
    if (!this.positions || !event.isPrimary) return;
    const box = this.layer.getBoundingClientRect();
    const [x, y] = [event.clientX - box.left, event.clientY - box.top];
    if (this.last && Math.hypot(x - this.last[0], y - this.last[1]) < STEP) return;
    const { xaxis, yaxis } = this.chart.plot._fullLayout;
    const [inX, inY] = [x - xaxis._offset, y - yaxis._offset];
    if (inX < 0 || inY < 0 || inX > xaxis._length || inY > yaxis._length) return;
    this.last = [x, y];
    this.positions.push([xaxis.p2d(inX), yaxis.p2d(inY)]);
    const dot = document.createElementNS("http://www.w3.org/2000/svg", "circle");
    const [left, right] = this.chart.extent;
    const radius = this.options.radius * Math.abs(xaxis.d2p(right) - xaxis.d2p(left));
    const look = this.label === null ? { r: radius, fill: "none", stroke: "currentColor" }
      : { r: 4, fill: this.colors[this.label], stroke: "white" };
    for (const [name, value] of Object.entries({ cx: x, cy: y, ...look })) {
      dot.setAttribute(name, value);
    }
    this.layer.append(dot);
  }

  end(event) {
    if (!event.isPrimary) return;
    if (this.positions?.length) {
      this.number = outbox.add("stroke", { label: this.label, positions: this.positions }, "");
    }
    this.positions = null;
    for (const circle of this.layer.querySelectorAll("[fill=none]")) circle.remove();
  }

  // Removes the dots once the stroke has been taken; only when the figure shows its points.
  wipe() {
    if (!this.positions && !outbox.isWaiting(this.number)) this.layer.replaceChildren();
  }
}
