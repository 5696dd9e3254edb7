// The line under the charts: a slider over what the run remembers of its past, and its replay.

import { outbox } from "./outbox.js";
import { addStyle } from "./page.js";

const HTML = `
<button class="replay" title="Replay the run from its start, or from where the slider stands">
  ▶</button>
<input type="range" min="0" value="0" max="0" aria-label="Look back: iteration"
  title="Look back: all pictures show the network as it was">
<output></output>
<button class="branch" title="Train on from this moment. The curve of before stays, in grey.">
  Continue from here</button>`;
const CSS = `
.time-line { display: flex; align-items: center; gap: 0.6rem; min-height: 2.5rem; }
.time-line input { flex: 1; min-width: 6rem; accent-color: var(--st-primary-color); }
.time-line output { min-width: 8.5rem; font-size: 0.875rem; font-variant-numeric: tabular-nums; }
.time-line button { font: inherit; font-size: 0.875rem; color: inherit; cursor: pointer;
  padding: 0.3rem 0.7rem; border: 1px solid var(--st-border-color); border-radius: 0.5rem;
  background: transparent; white-space: nowrap; }
.time-line button:disabled { opacity: 0.4; cursor: default; }
`;
const REPLAY_MS = 50; // at least, between two moments of a replay

addStyle(CSS);

export class TimeLine {
  constructor() {
    this.iterations = []; // that can be looked at, the present last
    this.wanted = 0; // the iteration chosen here
    this.number = 0; // of the last message that asks for it
  }

  mount(element) {
    if (this.element === element) return;
    this.element = element;
    element.innerHTML = HTML;
    [this.play, this.branch] = element.querySelectorAll("button");
    [this.slider, this.output] = element.querySelectorAll("input, output");
    this.slider.oninput = () => this.drag(false);
    this.slider.onchange = () => this.drag(true);
    this.play.onclick = () => (this.timer ? this.stop() : this.replay());
    this.branch.onclick = () => {
      this.stop();
      outbox.add("branch", { iteration: this.wanted });
    };
    this.show();
  }

  // Takes what the server says: `time` is null while the run trains, and nothing can be looked at.
  update(time) {
    this.training = !time;
    if (this.training) {
      this.stop();
    } else {
      this.iterations = [...time.iterations];
      if (!outbox.isWaiting(this.number)) this.wanted = time.at;
    }
    this.show();
  }

  drag(settled) {
    const iteration = this.iterations[this.slider.value];
    clearInterval(this.timer);
    this.timer = undefined;
    this.look(iteration, settled);
  }

  // Unsettled, as in mid-drag, only the pictures follow; settled, the whole page does.
  look(iteration, settled) {
    if (this.training) return;
    this.wanted = iteration;
    this.number = outbox.add("look", { iteration, settled });
    this.show();
  }

  replay() {
    const last = this.iterations.at(-1);
    if (this.wanted >= last) this.look(this.iterations[0], false);
    this.timer = setInterval(() => {
      if (outbox.isWaiting(this.number)) return;
      const next = this.iterations.find((iteration) => iteration > this.wanted);
      if (next === undefined) this.stop();
      else this.look(next, next === last);
    }, REPLAY_MS);
    this.show();
  }

  stop() {
    if (this.timer) {
      clearInterval(this.timer);
      this.timer = undefined;
      this.look(this.wanted, true);
    }
    this.show();
  }

  show() {
    if (!this.element) return;
    const last = this.iterations.length - 1;
    const index = this.training ? last : this.iterations.indexOf(this.wanted);
    const past = index >= 0 && index < last;
    this.slider.max = Math.max(last, 0);
    this.slider.value = index < 0 ? last : index;
    this.slider.disabled = this.play.disabled = this.training || last < 1;
    this.branch.disabled = !past;
    this.play.textContent = this.timer ? "❚❚" : "▶";
    this.play.setAttribute("aria-label", this.timer ? "Stop the replay" : "Replay");
    const iteration = this.wanted.toLocaleString("en");
    this.output.textContent = this.training ? "training" : past ? `at ${iteration}` : "now";
    this.slider.setAttribute("aria-valuetext", `iteration ${iteration}`);
  }
}
