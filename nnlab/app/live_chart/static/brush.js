// Draws points, or erases them, where the pointer goes; the server is told at the stroke's end.
const STEP = 12; // pixels between two points of a stroke
const PATIENCE_MS = 1000; // that an answer may take at first: what was told may be lost

export class Brush {
  constructor(chart) {
    this.chart = chart;
    this.count = 0; // of all strokes
    this.strokes = []; // those that the server has not yet taken: a busy one may miss some
    this.layer = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    this.layer.setAttribute("class", "brush");
    this.layer.style.width = this.layer.style.height = "100%";
    this.layer.addEventListener("pointerdown", (event) => this.begin(event));
    this.layer.addEventListener("pointermove", (event) => this.go(event));
    for (const end of ["pointerup", "pointercancel"]) {
      this.layer.addEventListener(end, (event) => this.end(event));
    }
  }

  set(brush, colors, tell) {
    Object.assign(this, { options: brush, colors, tell });
    if (brush) {
      const returns = !this.layer.isConnected;
      this.strokes = this.strokes.filter(({ number }) => number > brush.taken);
      this.layer.dataset.kind = brush.kind ?? "erase";
      this.chart.element.append(this.layer);
      if (returns) this.flush();
      if (!this.chart.stale) this.wipe(); // no figure will come: these strokes change nothing
    } else {
      this.layer.remove();
      this.layer.replaceChildren();
    }
  }

  begin(event) {
    // A second finger draws nothing, and ends no stroke.
    if (event.button !== 0 || !event.isPrimary || !this.chart.drawn) return;
    this.layer.setPointerCapture(event.pointerId);
    const { kind } = this.options;
    this.kind = kind === null ? "erase" : event.shiftKey ? 1 - kind : kind;
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

  end(event) {
    if (!event.isPrimary) return;
    if (this.positions?.length) {
      this.count += 1;
      this.strokes.push({ number: this.count, kind: this.kind, positions: this.positions });
      this.flush();
    }
    this.positions = null;
    for (const circle of this.layer.querySelectorAll("[fill=none]")) circle.remove();
  }

  // Tells all strokes that are not taken, until they are. Ever more patiently, as a server that is
  // told something begins its answer anew.
  flush(patience = PATIENCE_MS) {
    clearTimeout(this.timer);
    if (!this.strokes.length || !this.layer.isConnected) return;
    this.tell(this.strokes);
    this.timer = setTimeout(() => this.flush(2 * patience), patience);
  }

  // Leaves what is drawn until a figure with all of it has come.
  wipe() {
    if (!this.positions && !this.strokes.length) this.layer.replaceChildren();
  }
}
