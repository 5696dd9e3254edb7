// The names above and beside a network's units, and the buttons that change its layers.

import { find, make } from "./dom.js";
import { outbox } from "./outbox.js";
/** @typedef {(widths: number[]) => number[] | false} Change widths after a click; false at a limit */

const ROWS = [12, 40]; // heights of the buttons for all layers, and for each

export class LayerButtons {
  /** @param {import("messages").Limits} limits */
  constructor(limits) {
    this.limits = limits;
    this.element = make("div", "names");
    /** @type {number[]} */
    this.hidden = []; // widths of the hidden layers
    /** @type {number[]} */
    this.asked = []; // widths that the last message asks for
    this.number = 0; // of that message
    /** @type {import("./outbox.js").IsOpen} when the network was drawn */
    this.isOpen = () => false;
  }

  /**
   * @param {import("messages").Network} network
   * @param {ReturnType<typeof import("./layout.js").place>} layout
   */
  build({ layers, inputs }, { middles, narrow, places }) {
    const hidden = this.hidden = layers.slice(1, -1);
    const focused = document.activeElement?.getAttribute("aria-label");
    const { layers: most, units: widest } = this.limits;
    /** @type {(layer: number, by: number) => Change} */
    const widen = (layer, by) => (widths) => {
      const width = widths[layer] + by;
      return width >= 1 && width <= widest && widths.with(layer, width);
    };
    this.element.replaceChildren(
      ...inputs.map((name, number) => {
        const { x, y, size } = places[0][number];
        return this.name(name, x - size / 2 - 12, y, "input");
      }),
      this.stepper(
        `${hidden.length} hidden layer${hidden.length === 1 ? "" : "s"}`,
        (middles[0] + middles[middles.length - 1]) / 2, ROWS[0],
        this.button("−", "Remove the last hidden layer", (widths) => (
          widths.length > 0 && widths.slice(0, -1)
        )),
        this.button("+", "Add a hidden layer", (widths) => (
          widths.length < most && [...widths, widths.at(-1) ?? 4]
        )),
      ),
      ...hidden.map((width, layer) => this.stepper(
        String(width), middles[layer + 1], ROWS[1],
        this.button("−", `One unit fewer in layer ${layer + 1}`, widen(layer, -1)),
        this.button("+", `One unit more in layer ${layer + 1}`, widen(layer, 1)),
        narrow ? "narrow" : "",
      )),
      this.name("output", middles[middles.length - 1], ROWS[1]),
    );
    if (focused && this.element.querySelector(`[aria-label="${focused}"]`)) {
      find(this.element, "button", `[aria-label="${focused}"]`).focus();
    }
  }

  /**
   * @param {string} text
   * @param {number} x
   * @param {number} y
   */
  name(text, x, y, className = "") {
    const element = make("span", className, text);
    Object.assign(element.style, { left: `${x}px`, top: `${y}px` });
    return element;
  }

  /**
   * @param {string} text
   * @param {number} x
   * @param {number} y
   * @param {HTMLElement} less
   * @param {HTMLElement} more
   */
  stepper(text, x, y, less, more, className = "") {
    const element = this.name("", x, y, className);
    element.append(less, make("span", "", text), more);
    return element;
  }

  /**
   * @param {string} sign
   * @param {string} label
   * @param {Change} change
   */
  button(sign, label, change) {
    const button = make("button", "", sign, { type: "button", title: label, "aria-label": label });
    button.disabled = !change(this.hidden);
    button.onclick = () => {
      // A second click may come before the first has had its effect.
      const widths = change(this.isOpen(this.number) ? this.asked : this.hidden);
      if (!widths) return;
      this.asked = widths;
      this.number = outbox.add("layers", { widths });
    };
    return button;
  }
}
