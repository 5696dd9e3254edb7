// Draws a Plotly figure once and updates it in place. The message is described in __init__.py.

const CSS = `
.live-chart > * { position: absolute; will-change: transform; }
.live-chart .plot { inset: 0; }
.live-chart .under { overflow: hidden; }
.live-chart canvas { position: absolute; }
.live-chart .notice { left: 8%; right: 8%; top: 40%; padding: 0.8em 1em; border-radius: 8px;
  background: #fff3cd; color: #4d3b00; text-align: center; }
.live-chart .main-svg > :not(.hoverlayer) text { fill: var(--st-text-color) !important; }
`;

let loading; // Plotly.js is one script for all charts of the page
function loadPlotly() {
  loading ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = new URL("../plotly/plotly.min.js", import.meta.url);
    script.onload = () => resolve(window.Plotly);
    script.onerror = () => { loading = undefined; reject(new Error("Plotly.js did not load")); };
    document.head.append(script);
  });
  return loading;
}

function unpack(bytes) {
  const text = (part) => new TextDecoder().decode(part);
  let at = 4 + new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  const header = JSON.parse(text(bytes.subarray(4, at)));
  const [figure, ...images] = header.sizes.map((size) => bytes.subarray(at, at += size));
  const frames = images.map((image, index) => [header.frame_iterations[index], image]);
  return { ...header, figure: text(figure), frames };
}

class Chart {
  constructor(element) {
    this.element = element;
    this.element.setAttribute("role", "img");
    this.under = document.createElement("div");
    this.under.className = "under";
    this.canvas = document.createElement("canvas");
    this.under.append(this.canvas);
    this.plot = document.createElement("div");
    this.plot.className = "plot";
    this.element.append(this.under, this.plot);
    this.frames = []; // still to be played: [iteration, PNG]
    this.received = 0;
  }

  // Takes a message. What an earlier one left undrawn is dropped, so that no delay builds up.
  update(message) {
    const now = performance.now();
    this.spacing = Math.min(now - this.received, 250) / Math.max(1, message.frames.length);
    this.received = this.nextAt = now;
    this.message = message;
    this.frames = message.frames;
    this.element.dataset.liveChart = message.name;
    this.element.setAttribute("aria-label", message.alt);
    this.noticeLostSession(message);
    this.schedule();
  }

  schedule() {
    if (!this.busy) {
      this.busy = true;
      requestAnimationFrame(() => this.draw());
    }
  }

  async draw() {
    try {
      if (this.drawn !== this.message.figure) await this.drawFigure(this.message);
      else if (this.frames.length && performance.now() >= this.nextAt) await this.drawFrame();
    } catch (error) {
      console.error(error);
      await new Promise((resolve) => setTimeout(resolve, 1000)); // a bad network: try again
    }
    this.busy = false;
    if (this.drawn !== this.message.figure || this.frames.length) this.schedule();
  }

  async drawFigure(message) {
    const plotly = await loadPlotly();
    const { data, layout } = JSON.parse(message.figure);
    const options = { displaylogo: false, displayModeBar: false, scrollZoom: false };
    await plotly.react(this.plot, data, layout, options);
    if (!this.drawn) {
      for (const event of ["plotly_afterplot", "plotly_relayouting"]) {
        this.plot.on(event, () => this.placeCanvas());
      }
      new ResizeObserver(() => {
        if (this.plot.offsetParent) plotly.Plots.resize(this.plot);
      }).observe(this.element);
    }
    this.drawn = message.figure;
    this.placeCanvas();
    if (!message.extent) this.element.dataset.iteration = message.iteration;
  }

  async drawFrame() {
    const [iteration, png] = this.frames.shift();
    this.nextAt += this.spacing;
    const image = await createImageBitmap(new Blob([png]));
    if (this.canvas.width !== image.width) {
      this.canvas.width = this.canvas.height = image.width;
    }
    this.canvas.getContext("2d").drawImage(image, 0, 0);
    this.element.dataset.iteration = iteration;
  }

  // Keeps the image in step with the axes while the user zooms or the window changes.
  placeCanvas() {
    if (!this.message.extent) return;
    const { xaxis, yaxis } = this.plot._fullLayout;
    const [left, right, bottom, top] = this.message.extent;
    const place = (element, x, y, width, height) => Object.assign(element.style, {
      left: `${x}px`, top: `${y}px`, width: `${width}px`, height: `${height}px`,
    });
    place(this.under, xaxis._offset, yaxis._offset, xaxis._length, yaxis._length);
    const x = xaxis.d2p(left), y = yaxis.d2p(top);
    place(this.canvas, x, y, xaxis.d2p(right) - x, yaxis.d2p(bottom) - y);
  }

  noticeLostSession({ session, iteration }) {
    if (this.session && this.session !== session && this.element.dataset.iteration > 0) {
      this.notice?.remove();
      this.notice = document.createElement("div");
      this.notice.className = "notice";
      this.notice.setAttribute("role", "alert");
      this.notice.textContent = "The server lost this session at iteration "
        + `${this.element.dataset.iteration}. Press Start to train again from the same settings.`;
      this.element.append(this.notice);
    } else if (iteration > 0) this.notice?.remove();
    this.session = session;
  }
}

// The page's keys. Streamlit's own shortcuts cannot be R, and would change the buttons' names.
const KEYS = { " ": "start", ArrowRight: "step", "Shift+ArrowRight": "step_tick", r: "reset" };
document.addEventListener("keydown", (event) => {
  const key = (event.key === "ArrowRight" && event.shiftKey ? "Shift+" : "") + event.key;
  const name = KEYS[key] ?? KEYS[key.toLowerCase()];
  const focused = event.target.closest?.("input, textarea, button, summary, [role=slider]");
  // A focused button keeps the space key, all other fields keep every key.
  const kept = focused && (key === " " || !focused.matches("button, summary"));
  if (!name || kept || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  event.stopImmediatePropagation(); // R would rerun Streamlit's script
  const held = event.repeat && !name.startsWith("step");
  if (!held) document.querySelector(`.st-key-${name} button`)?.click();
}, { capture: true });
// Space after a click with the mouse means Start or Pause, not that button once more.
document.addEventListener("click", (event) => {
  if (event.detail > 0) event.target.closest?.("button, summary")?.blur();
});

const style = document.createElement("style");
style.textContent = CSS;
document.head.append(style);

const charts = new WeakMap(); // parent element -> Chart

export default function ({ parentElement, data }) {
  if (!charts.has(parentElement)) {
    charts.set(parentElement, new Chart(parentElement.querySelector(".live-chart")));
  }
  charts.get(parentElement).update(unpack(data));
}
