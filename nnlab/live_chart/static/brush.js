// Draws points, or erases them, where the pointer goes; the server is told at the stroke's end.
const STEP = 12; // pixels between two points of a stroke
export class Brush {
  constructor(chart) {
    this.chart = chart;
    this.layer = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    this.layer.setAttribute("class", "brush");
    this.layer.style.width = this.layer.style.height = "100%";
    this.layer.addEventListener("pointerdown", (event) => this.begin(event));
    this.layer.addEventListener("pointermove", (event) => this.go(event));
    for (const end of ["pointerup", "pointercancel"]) {
      this.layer.addEventListener(end, () => this.end());
    }
  }

  set(brush, colors, tell) {
    Object.assign(this, { options: brush, colors, tell });
    if (brush) this.chart.element.append(this.layer);
    else this.layer.remove();
  }

  begin(event) {
    if (event.button !== 0 || !this.chart.drawn) return;
    this.layer.setPointerCapture(event.pointerId);
    const { kind } = this.options;
    this.kind = kind === null ? "erase" : event.shiftKey ? 1 - kind : kind;
    this.positions = [];
    this.last = null;
    this.go(event);
  }

  go(event) {
    if (!this.positions) return;
    const box = this.layer.getBoundingClientRect();
    const [x, y] = [event.clientX - box.left, event.clientY - box.top];
    if (this.last && Math.hypot(x - this.last[0], y - this.last[1]) < STEP) return;
    const { xaxis, yaxis } = this.chart.plot._fullLayout;
    const [inX, inY] = [x - xaxis._offset, y - yaxis._offset];
    if (inX < 0 || inY < 0 || inX > xaxis._length || inY > yaxis._length) return;
    this.last = [x, y];
    this.positions.push([xaxis.p2d(inX), yaxis.p2d(inY)]);
    const dot = document.createElementNS("http://www.w3.org/2000/svg", "circle");
    const erases = this.kind === "erase";
    const [left, right] = this.chart.extent;
    const radius = this.options.radius * Math.abs(xaxis.d2p(right) - xaxis.d2p(left));
    const look = erases ? { r: radius, fill: "none", stroke: "currentColor" }
      : { r: 4, fill: this.colors[this.kind], stroke: "white" };
    for (const [name, value] of Object.entries({ cx: x, cy: y, ...look })) {
      dot.setAttribute(name, value);
    }
    this.layer.append(dot);
  }

  end() {
    if (this.positions?.length) this.tell({ kind: this.kind, positions: this.positions });
    this.positions = null;
    if (this.kind === "erase") this.wipe();
  }

  wipe() {
    if (!this.positions) this.layer.replaceChildren();
  }
}
