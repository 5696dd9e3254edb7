// The names above and beside a network's units, and the buttons that change its layers.

import { outbox } from "./outbox.js";
import { addStyle, make } from "./page.js";

const CSS = `
.network .names > * { position: absolute; transform: translate(-50%, -50%); display: flex;
  align-items: center; gap: 0.35rem; font-size: 0.8rem; white-space: nowrap;
  font-variant-numeric: tabular-nums; }
.network .names .input { transform: translate(-100%, -50%); }
.network .names button { width: 1.2rem; height: 1.2rem; padding: 0; font: inherit; line-height: 1;
  color: inherit; border: none; border-radius: 50%; cursor: pointer;
  background: color-mix(in srgb, var(--st-text-color) 12%, transparent); }
.network .names .narrow { display: grid; grid-template: auto auto / auto auto; gap: 0 1px;
  line-height: 1; justify-items: center; }
.network .names .narrow span { grid-column: 1 / -1; order: -1; }
.network .names .narrow button { width: 1.1rem; height: 1.1rem; }
.network .names button:hover { background: var(--st-primary-color); color: white; }
.network .names button:disabled { opacity: 0.35; pointer-events: none; }
`;
const ROWS = [12, 40]; // heights of the buttons for all layers, and for each

addStyle(CSS);

export class Layers {
  // `limits`: the most layers and units
  constructor(limits) {
    this.limits = limits;
    this.asked = { number: 0, widths: [] }; // the last message, and the widths that it asks for
    this.isOpen = () => false; // whether a message was unanswered when the network was drawn
    this.element = make("div", "names");
  }

  build({ layers, inputs }, { middles, narrow, places }) {
    const hidden = this.hidden = layers.slice(1, -1);
    const focused = document.activeElement?.getAttribute("aria-label");
    const { layers: most, units: widest } = this.limits;
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
        (middles[0] + middles.at(-1)) / 2, ROWS[0],
        ["Remove the last layer", (widths) => widths.length > 0 && widths.slice(0, -1)],
        ["Add a layer behind the last",
          (widths) => widths.length < most && [...widths, widths.at(-1) ?? 4]],
      ),
      ...hidden.map((width, layer) => this.stepper(
        String(width), middles[layer + 1], ROWS[1],
        [`One unit fewer in layer ${layer + 1}`, widen(layer, -1)],
        [`One unit more in layer ${layer + 1}`, widen(layer, 1)],
        narrow ? "narrow" : "",
      )),
      this.name("output", middles.at(-1), ROWS[1]),
    );
    this.element.querySelector(`[aria-label="${focused}"]`)?.focus();
  }

  name(text, x, y, className = "") {
    const element = make("span", className, text);
    Object.assign(element.style, { left: `${x}px`, top: `${y}px` });
    return element;
  }

  stepper(text, x, y, less, more, className = "") {
    const element = this.name("", x, y, className);
    element.append(this.button("−", ...less), make("span", "", text), this.button("+", ...more));
    return element;
  }

  // `change` returns the widths that follow from others, or false at a limit.
  button(sign, label, change) {
    const button = make("button", "", sign, { type: "button", title: label, "aria-label": label });
    button.disabled = !change(this.hidden);
    button.onclick = () => {
      // A second click may come before the first has had its effect.
      const { number, widths: before } = this.asked;
      const widths = change(this.isOpen(number) ? before : this.hidden);
      if (widths) this.asked = { number: outbox.add("layers", { widths }), widths };
    };
    return button;
  }
}
