// Sets one weight or bias of a network, by a number or by a slider.

import { find, make } from "./dom.js";
import { shown } from "./numbers.js";
import { outbox } from "./outbox.js";
/** @typedef {[number, number, number]} Parameter layer, row, column */

const HTML = `
<span></span>
<button type="button" class="close" aria-label="Close" title="Close (Escape)">×</button>
<select aria-label="Which weight or bias"></select>
<input type="text" maxlength="100" inputmode="decimal" autocomplete="off" aria-label="Value"
  title="Exact value, from −1000 to 1000">
<input type="range" aria-label="Value, by slider">
<div class="refused" role="alert"></div>`;
const STEPS = 400; // of the slider
const MOST = 1000; // that may be set by hand

export class ParameterEditor {
  /** @param {import("./network_diagram.js").NetworkDiagram} diagram */
  constructor(diagram) {
    this.diagram = diagram;
    const attributes = { role: "dialog", "aria-label": "Set a weight or bias by hand" };
    const element = this.element = make("div", "editor", "", attributes);
    element.innerHTML = HTML;
    element.hidden = true;
    this.which = find(element, "select");
    this.exact = find(element, "input", "[type=text]");
    this.slider = find(element, "input", "[type=range]");
    this.unit = find(element, "span");
    this.refused = find(element, "div", ".refused");
    /** @type {Parameter} */
    this.parameter = [0, 0, 0];
    this.number = 0; // of the last message about this parameter
    this.dragging = false;
    /** @type {Element | null} */
    this.from = null; // had the focus before
    this.which.onchange = () => this.turnTo(JSON.parse(this.which.value));
    this.exact.onchange = () => {
      const value = Number(this.set(this.exact.value) || NaN);
      if (Number.isFinite(value)) this.slide(value); // at once: the next key press starts there
    };
    this.slider.oninput = () => {
      this.exact.value = shown(this.slider.valueAsNumber);
      this.set(this.slider.value);
    };
    this.slider.onpointerdown = () => { this.dragging = true; };
    this.slider.onpointerup = this.slider.onpointercancel = () => { this.dragging = false; };
    find(element, "button", ".close").onclick = () => this.close();
    element.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.close();
    });
  }

  /**
   * Opens for a parameter, with a choice of all that lead into the same unit.
   * @param {Parameter} parameter
   * @param {{ x: number, y: number }} near
   */
  open(parameter, { x, y }) {
    const [layer, , column] = parameter;
    const into = this.diagram.parametersInto(layer, column);
    this.which.replaceChildren(...into.map(({ parameter: other, name }) => (
      new Option(name, JSON.stringify(other), false, String(other) === String(parameter))
    )));
    this.unit.textContent = this.diagram.nameOf(layer + 1, column);
    this.from = document.activeElement;
    this.element.hidden = false;
    const space = this.diagram.box.getBoundingClientRect();
    const { offsetWidth, offsetHeight } = this.element;
    const inside = (/** @type {number} */ at, /** @type {number} */ most) => (
      `${Math.max(0, Math.min(at + 12, most))}px`
    );
    this.element.style.left = inside(x - space.left, space.width - offsetWidth);
    this.element.style.top = inside(y - space.top, space.height - offsetHeight);
    this.turnTo(parameter);
    this.diagram.leave();
    this.exact.focus();
    this.exact.select();
  }

  /** @param {Parameter} parameter */
  turnTo(parameter) {
    this.parameter = parameter;
    this.dragging = false;
    this.number = 0;
    this.refused.textContent = "";
    const value = this.diagram.valueOf(parameter) ?? 0;
    this.span(value);
    this.slide(value);
    this.write(value);
  }

  /**
   * Gives the slider a range with room around a value.
   * @param {number} value
   */
  span(value) {
    const limit = Math.min(MOST, Math.max(2, 2 * Math.abs(value)));
    Object.assign(this.slider, { min: -limit, max: limit, step: limit / STEPS });
  }

  /** @param {number} value */
  slide(value) {
    // An end of the range comes back rounded to float32, which does not count as beyond it.
    if (Math.abs(value) > 1.000001 * Number(this.slider.max)) this.span(value);
    this.slider.value = String(value);
  }

  /** @param {number} value */
  write(value) {
    this.exact.value = shown(value, 7); // all that float32 holds
  }

  /**
   * Asks the server to set the parameter, and returns the text that it sends.
   * @param {string} value
   */
  set(value) {
    const text = value.replace("−", "-").trim();
    const { parameter } = this;
    this.number = outbox.add("set", { parameter, value: text }, `set ${parameter}`);
    return text;
  }

  // Follows the network, except while the user is at work, or the server has not replied.
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
    if (this.from instanceof HTMLElement) this.from.focus();
    this.diagram.leave();
  }
}
