// The line under the charts: a slider over the past of the run, and a replay of it.

import { find, make } from "./dom.js";
import { outbox } from "./outbox.js";

const HTML = `
<button class="replay" title="Replay the run from its start, or from the slider's position">
  ▶</button>
<input type="range" min="0" value="0" max="0" aria-label="Look back: iteration"
  title="Look back: all pictures show the network as it was">
<output></output>
<button class="branch" title="Continue training from this point. The old curve stays, in grey.">
  Continue from here</button>`;
const REPLAY_MS = 50; // at least, between two iterations of a replay

export class TimeLine {
  constructor() {
    const parts = make("div");
    parts.innerHTML = HTML;
    this.parts = [...parts.children];
    this.play = find(parts, "button", ".replay");
    this.slider = find(parts, "input");
    this.output = find(parts, "output");
    this.branch = find(parts, "button", ".branch");
    this.slider.oninput = () => this.drag(false);
    this.slider.onchange = () => this.drag(true);
    this.play.onclick = () => (this.timer ? this.stop() : this.replay());
    this.branch.onclick = () => {
      this.stop();
      outbox.add("branch", { iteration: this.wanted });
    };
    /** @type {number[]} */
    this.iterations = []; // of the past, and the present last
    this.wanted = 0; // the iteration chosen here
    this.number = 0; // of the last message that asks for it
    this.training = false;
    this.ended = false;
    /** @type {ReturnType<typeof setInterval> | undefined} */
    this.timer = undefined; // of a replay
    this.show();
  }

  /** @param {HTMLElement} element */
  mount(element) {
    if (this.slider.parentElement !== element) element.replaceChildren(...this.parts);
  }

  /**
   * Takes what the server says.
   * @param {import("messages").Time | null} time null while the run trains
   */
  update(time) {
    this.training = !time;
    if (time) {
      this.ended = time.ended;
      this.iterations = [...time.iterations];
      if (!outbox.isWaiting(this.number)) this.wanted = time.at;
    } else {
      this.stop();
    }
    this.show();
  }

  /** @param {boolean} settled */
  drag(settled) {
    clearInterval(this.timer);
    this.timer = undefined;
    this.look(this.iterations[Number(this.slider.value)], settled);
  }

  /**
   * Looks at an iteration.
   * @param {number} iteration
   * @param {boolean} settled false, as during a drag: only the pictures follow
   */
  look(iteration, settled) {
    if (this.training) return;
    this.wanted = iteration;
    this.number = outbox.add("look", { iteration, settled });
    this.show();
  }

  replay() {
    const last = this.iterations.at(-1) ?? 0;
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
    const last = this.iterations.length - 1;
    const index = this.training ? last : this.iterations.indexOf(this.wanted);
    const past = index >= 0 && index < last;
    this.slider.max = String(Math.max(last, 0));
    this.slider.value = String(index < 0 ? last : index);
    this.slider.disabled = this.play.disabled = this.training || last < 1;
    this.branch.disabled = !past;
    this.play.textContent = this.timer ? "❚❚" : "▶";
    this.play.setAttribute("aria-label", this.timer ? "Stop the replay" : "Replay");
    const iteration = this.wanted.toLocaleString("en");
    const present = this.training ? "training" : this.ended ? "done" : "now";
    this.output.textContent = past ? `at ${iteration}` : present; // a screen reader says it
    this.slider.setAttribute("aria-valuetext", `iteration ${iteration}`);
  }
}
