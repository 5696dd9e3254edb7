// Sets one weight or bias of a network: by exact entry, by a slider.
import { shown } from "./numbers.js";
import { outbox } from "./outbox.js";
import { addStyle } from "./page.js";

const HTML = `
<span></span>
<button type="button" class="close" aria-label="Close" title="Close (Escape)">×</button>
<select aria-label="Which weight or bias"></select>
<input type="text" inputmode="decimal" autocomplete="off" aria-label="Value"
  title="Exact value, from −1000 to 1000">
<input type="range" aria-label="Value, by slider">
<div class="refused" role="alert"></div>`;
const CSS = `
.network .editor { z-index: 3; display: grid; grid-template-columns: 1fr 1.5rem; gap: 0.3rem;
  width: 13rem; padding: 0.5rem 0.6rem; border-radius: 8px; font-size: 0.85rem;
  background: var(--st-background-color); border: 1px solid var(--st-border-color);
  box-shadow: 0 4px 16px rgba(0, 0, 0, 0.25); }
.network .editor[hidden] { display: none; }
.network .editor :is(select, input[type=text]) { font: inherit; color: inherit; padding: 0.15rem
  0.3rem; background: var(--st-secondary-background-color); border: 1px solid transparent;
  border-radius: 4px; }
.network .editor :is(select, input):focus { outline: 1px solid var(--st-primary-color); }
.network .editor :is(select, input, .refused) { grid-column: 1 / -1; }
.network .editor input[type=range] { accent-color: var(--st-primary-color); }
.network .editor .close { border: none; background: none; color: inherit; font-size: 1.2rem;
  line-height: 1; cursor: pointer; }
.network .editor .refused { color: #d33; }
.network .editor .refused:empty { display: none; }
`;
const STEPS = 400; // of the slider
const MOST = 1000; // that may be set by hand

addStyle(CSS);

export class Editor {
  constructor(diagram) {
    this.diagram = diagram;
    const element = this.element = document.createElement("div");
    Object.assign(element, { className: "editor", innerHTML: HTML, hidden: true });
    element.setAttribute("role", "dialog");
    element.setAttribute("aria-label", "Set a weight or bias by hand");
    [this.which, this.exact, this.slider] = element.querySelectorAll("select, input");
    this.unit = element.querySelector("span");
    this.refused = element.querySelector(".refused");
    this.which.onchange = () => this.turnTo(JSON.parse(this.which.value));
    this.exact.onchange = () => {
      const value = Number(this.set(this.exact.value) || NaN);
      if (Number.isFinite(value)) this.slide(value); // at once: the next nudge starts from there
    };
    this.slider.oninput = () => {
      this.exact.value = shown(this.slider.valueAsNumber);
      this.set(this.slider.value);
    };
    this.slider.onpointerdown = () => { this.dragging = true; };
    this.slider.onpointerup = this.slider.onpointercancel = () => { this.dragging = false; };
    element.querySelector(".close").onclick = () => this.close();
    element.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.close();
    });
  }

  // Opens for [layer, row, column], with a choice of all that leads into the same unit.
  open(parameter, { x, y }) {
    const [layer, , column] = parameter;
    const into = this.diagram.parametersInto(layer, column);
    this.which.replaceChildren(...into.map(({ parameter: other, name }) => (
      new Option(name, JSON.stringify(other), false, String(other) === String(parameter))
    )));
    this.unit.textContent = this.diagram.nameOf(layer + 1, column);
    this.from = document.activeElement;
    this.element.hidden = false;
    const space = this.diagram.element.getBoundingClientRect();
    const { offsetWidth, offsetHeight } = this.element;
    const inside = (at, least, most) => Math.max(0, Math.min(at - least + 12, most));
    this.element.style.left = `${inside(x, space.left, space.width - offsetWidth)}px`;
    this.element.style.top = `${inside(y, space.top, space.height - offsetHeight)}px`;
    this.turnTo(parameter);
    this.diagram.leave();
    this.exact.focus();
    this.exact.select();
  }

  turnTo(parameter) {
    this.parameter = parameter;
    this.dragging = false;
    this.number = 0; // of the last message about this parameter
    this.refused.textContent = "";
    const value = this.diagram.valueOf(parameter) ?? 0;
    this.span(value);
    this.slide(value);
    this.write(value);
  }

  // Gives the slider a range with room around a value.
  span(value) {
    const limit = Math.min(MOST, Math.max(2, 2 * Math.abs(value)));
    Object.assign(this.slider, { min: -limit, max: limit, step: limit / STEPS });
  }

  slide(value) {
    // Its own end comes back rounded to float32, and is not beyond it.
    if (Math.abs(value) > 1.000001 * this.slider.max) this.span(value);
    this.slider.value = value;
  }

  write(value) {
    this.exact.value = shown(value, 7); // all that float32 holds
  }

  // Asks the server to set the parameter, and returns the text that it sends.
  set(value) {
    const text = value.replace("−", "-").trim();
    const { parameter } = this;
    this.number = outbox.add("set", { parameter, value: text }, `set ${parameter}`);
    return text;
  }

  // Follows the network, except where somebody is at work, or has been and it is not there yet.
  follow() {
    if (this.element.hidden) return;
    const value = this.diagram.valueOf(this.parameter);
    if (value === null) return this.close(); // other layers
    this.refused.textContent = this.number ? this.diagram.network.refused : "";
    if (value === undefined) return; // not among those drawn
    const answered = !this.diagram.isOpen(this.number) && !this.refused.textContent;
    if (this.dragging || !answered) return;
    this.slide(value);
    if (document.activeElement !== this.exact) this.write(value);
  }

  close() {
    this.element.hidden = true;
    this.from?.focus?.();
    this.diagram.leave();
  }
}
