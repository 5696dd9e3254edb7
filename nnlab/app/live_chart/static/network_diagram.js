// Draws a network: each unit as a small map, its weights as lines, its bias as a small square.
// A click on a unit asks for its map in the large chart; one on a line or square opens the editor.
// Over 250 lines, since drawing, pointer and keys all need the places of the same units and lines.

import { make, penOf, takeNewest } from "./dom.js";
import { LayerButtons } from "./layer_buttons.js";
import { biasBox, curve, heightAt, place } from "./layout.js";
import { shown } from "./numbers.js";
import { outbox } from "./outbox.js";
import { ParameterEditor } from "./parameter_editor.js";
/** @typedef {import("./parameter_editor.js").Parameter} Parameter */
/** @typedef {import("./outbox.js").IsOpen} IsOpen */
/** @typedef {[number, number]} Unit layer, and number in the layer */
/** @typedef {{ unit: Unit }} OverUnit */
/** @typedef {{ parameter: Parameter, x: number, y: number }} OverParameter */
/**
 * An update, and which messages had no reply when it was made.
 * @typedef {import("messages").Chart & { network: import("messages").Network, isOpen: IsOpen }} Update
 */

const LEGEND = "Orange: negative. Blue: positive. Square: bias.";
const HINT = "Click a unit for its map, a line or square to set it.";
const HATCH = 6; // pixels from one line over a dead unit to the next
const WIDEST = 7; // pixels of the line of an infinite weight
/** @type {Record<string, number>} */
const REACH = { mouse: 5, touch: 14, pen: 8 }; // pixels from a line that still count as on it
const MAX_ARRIVED = 3; // messages that wait for their pictures
/** @type {Record<string, [number, number]>} */
const MOVES = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/**
 * Says whether a parameter leads into a unit or out of it.
 * @param {Unit} unit
 * @param {Parameter} parameter
 */
const isAt = ([layer, number], [of, row, column]) => (
  of === layer ? row === number : of + 1 === layer && column === number
);

export class NetworkDiagram {
  constructor() {
    this.scroll = make("div", "scroll");
    this.canvas = make("canvas");
    this.units = make("div", "units", "", { role: "group" });
    this.note = make("div", "note");
    this.tip = make("div", "tip");
    this.tip.hidden = true;
    this.layers = new LayerButtons({ layers: 0, units: 0 });
    this.editor = new ParameterEditor(this);
    this.scroll.append(this.canvas, this.layers.element, this.units);
    this.canvas.onpointermove = (event) => this.point(event);
    this.canvas.onpointerleave = () => this.leave();
    this.canvas.onclick = (event) => {
      this.point(event);
      if (this.over && "parameter" in this.over) this.editor.open(this.over.parameter, event);
    };
    this.units.onkeydown = (event) => this.useKey(event);
    /** @type {HTMLElement} */
    this.box = make("div"); // until it is mounted
    this.isMounted = this.isWaiting = this.isStale = false;
    /** @type {[string, string]} */
    this.colors = ["", ""];
    this.built = ""; // sizes that the units were built for
    this.asked = 0; // number of the last message that asks for a unit's map
    /** @type {Unit | null} */
    this.askedUnit = null;
    /** @type {HTMLElement | undefined} */
    this.pressed = undefined; // the unit that the large chart shows
    /** @type {OverUnit | OverParameter | null} */
    this.over = null; // at the pointer or the focus
    /** @type {Update[]} */
    this.arrived = []; // messages whose pictures are still to be decoded
    /** @type {Update} the one that is drawn, once one has come */
    this.message = /** @type {any} */ (undefined);
    /** @type {HTMLElement[][]} */
    this.buttons = [];
    /** @type {ReturnType<typeof place>["places"]} */
    this.places = [];
    /** @type {number[]} */
    this.firsts = []; // number of the first unit of each layer
  }

  get network() {
    return this.message.network;
  }

  /** @type {IsOpen} */
  isOpen = (number) => this.message.isOpen(number);

  /**
   * @param {HTMLElement} element
   * @param {import("messages").Diagram} diagram
   */
  mount(element, { name, colors, limits }) {
    if (this.box === element) return;
    Object.assign(this, { box: element, isMounted: true, colors, built: "" });
    this.layers.limits = limits;
    element.dataset.liveChart = name;
    element.replaceChildren(this.scroll, this.note, this.tip, this.editor.element);
    new ResizeObserver(() => { this.built = ""; this.schedule(); }).observe(element);
    this.schedule();
  }

  /** @param {Update} message */
  update(message) {
    this.arrived = [...this.arrived.slice(1 - MAX_ARRIVED), message];
    this.lookForMessage();
  }

  schedule() {
    this.isStale = true;
    this.lookForMessage();
  }

  // Draws with the next frame if the diagram is stale or a message's pictures are decoded by then.
  lookForMessage() {
    if (this.isWaiting || !this.isMounted) return;
    this.isWaiting = true;
    requestAnimationFrame(() => {
      this.isWaiting = false;
      const newest = takeNewest(this.arrived, ({ network }) => network.sheet.bitmap !== null);
      this.message = newest ?? this.message;
      if (this.arrived.length) this.lookForMessage();
      if (!this.message || !(newest || this.isStale)) return;
      this.isStale = false;
      this.layers.isOpen = this.message.isOpen;
      const sizes = String([this.network.layers, this.network.inputs]);
      if (this.built !== sizes) this.build();
      this.built = sizes;
      this.draw();
      this.box.dataset.iteration = String(this.message.iteration);
    });
  }

  build() {
    const { layers } = this.network;
    const { clientWidth, clientHeight: height } = this.scroll;
    const layout = place(layers, clientWidth, height);
    this.places = layout.places;
    this.firsts = layers.map((_, layer) => layers.slice(0, layer).reduce((a, b) => a + b, 0));
    const pixels = devicePixelRatio * this.zoom();
    Object.assign(this.canvas, { width: layout.wide * pixels, height: height * pixels });
    Object.assign(this.canvas.style, { width: `${layout.wide}px`, height: `${height}px` });
    const { activeElement } = document;
    const focused = this.buttons.flat().find((button) => button === activeElement)?.dataset.unit;
    this.buttons = this.places.map((units, layer) => units.map((at, number) => {
      const button = make("button", "", "", {
        type: "button", "data-unit": `${layer}-${number}`, "aria-pressed": "false",
      });
      button.style.cssText = `left: ${at.x - at.size / 2}px; top: ${at.y - at.size / 2}px;
        width: ${at.size}px; height: ${at.size}px`;
      button.setAttribute("aria-label", this.nameOf(layer, number));
      button.onpointerenter = button.onfocus = () => this.hover({ unit: [layer, number] });
      button.onpointerleave = button.onblur = () => this.leave();
      button.onclick = () => this.show([layer, number]);
      button.tabIndex = layer || number ? -1 : 0; // Tab stops at one unit; arrows lead to the others
      return button;
    }));
    this.units.replaceChildren(...this.buttons.flat());
    this.buttons.flat().find((button) => button.dataset.unit === focused)?.focus();
    this.layers.build(this.network, layout);
  }

  // Returns by how much the style enlarges the diagram.
  zoom() {
    return /** @type {any} */ (this.box).currentCSSZoom ?? 1;
  }

  draw() {
    const { canvas, network, places, over, editor } = this;
    const overUnit = over && "unit" in over ? over.unit : null;
    const parameter = over && "parameter" in over ? over.parameter : null;
    const marked = String(over ? parameter : !editor.element.hidden && editor.parameter);
    const pen = penOf(canvas);
    const pixels = devicePixelRatio * this.zoom();
    pen.setTransform(pixels, 0, 0, pixels, 0, 0);
    pen.clearRect(0, 0, canvas.width, canvas.height);
    for (const { weight, parameter: drawn, points: [x, y, ...rest] } of this.lines()) {
      const strength = Math.abs(weight);
      const meant = String(drawn) === marked;
      const faded = overUnit && !isAt(overUnit, drawn);
      pen.globalAlpha = faded ? 0.08 : meant ? 1 : 0.35 + (0.6 * strength) / (strength + 1);
      pen.lineWidth = 0.5 + (WIDEST * strength) / (strength + 2) + (meant ? 2 : 0);
      pen.strokeStyle = this.colors[weight < 0 ? 0 : 1];
      pen.beginPath();
      pen.moveTo(x, y);
      pen.bezierCurveTo(...rest);
      pen.stroke();
    }
    pen.globalAlpha = 1;
    const { size, sheet } = network;
    const bitmap = /** @type {ImageBitmap} */ (sheet.bitmap);
    places.flat().forEach((at, index) => {
      pen.drawImage(bitmap, index * size, 0, size, size,
        at.x - at.size / 2, at.y - at.size / 2, at.size, at.size);
    });
    const ink = pen.strokeStyle = getComputedStyle(this.box).color;
    pen.lineWidth = 1;
    network.dead.forEach((units, layer) => units.forEach((isDead, number) => {
      if (isDead) this.hatch(pen, places[layer + 1][number]);
    }));
    network.biases.forEach((biases, layer) => biases.forEach((bias, column) => {
      const { x, y, side } = biasBox(places[layer + 1][column]);
      const strength = Math.abs(bias);
      pen.globalAlpha = 0.25 + (0.75 * strength) / (strength + 0.5);
      pen.fillStyle = bias ? this.colors[bias < 0 ? 0 : 1] : "gray";
      pen.fillRect(x, y, side, side);
      pen.globalAlpha = 0.6;
      pen.strokeStyle = ink;
      if (side > 4) pen.strokeRect(x + 0.5, y + 0.5, side - 1, side - 1);
    }));
    this.press(this.isOpen(this.asked) ? this.askedUnit : network.shown);
    this.units.setAttribute("aria-label", this.message.alt);
    const anyDead = network.dead.some((units) => units.some(Boolean));
    const note = `${LEGEND}${anyDead ? " Hatched: dead." : ""} ${HINT} ${network.note}`;
    if (this.note.textContent !== note) this.note.textContent = note; // else a new layout each frame
    this.say();
    this.editor.follow();
  }

  /**
   * @param {CanvasRenderingContext2D} pen
   * @param {import("./layout.js").Place} at
   */
  hatch(pen, { x, y, size }) {
    pen.save();
    pen.beginPath();
    pen.rect(x - size / 2, y - size / 2, size, size);
    pen.clip();
    pen.globalAlpha = 0.5;
    pen.beginPath();
    for (let off = -size; off < size; off += HATCH) {
      pen.moveTo(x - size / 2 + off, y + size / 2);
      pen.lineTo(x + size / 2 + off, y - size / 2);
    }
    pen.stroke();
    pen.restore();
  }

  /**
   * All lines that are drawn, the strongest of each layer last.
   * @returns {Generator<{ weight: number, parameter: Parameter, points: ReturnType<typeof curve> }>}
   */
  * lines() {
    for (const [layer, { indices, weights }] of this.network.edges.entries()) {
      const [sources, targets] = this.places.slice(layer, layer + 2);
      for (const [at, index] of indices.entries()) {
        const column = index % targets.length, row = (index - column) / targets.length;
        yield {
          weight: weights[at],
          parameter: [layer, row, column],
          points: curve(sources[row], targets[column]),
        };
      }
    }
  }

  /**
   * @param {number} layer
   * @param {number} number
   */
  nameOf(layer, number) {
    const { layers, inputs, outputs } = this.network;
    if (!layer) return `Input ${inputs[number]}`;
    if (layer < layers.length - 1) return `Unit ${number + 1} of layer ${layer}`;
    return ["Output", ...outputs.slice(number, number + 1)].join(" ");
  }

  /**
   * Returns undefined for a weight that is not drawn, null for one that does not exist.
   * @param {Parameter} parameter
   */
  valueOf([layer, row, column]) {
    const { layers, biases, edges } = this.network;
    if (!(row <= layers[layer] && column < layers[layer + 1])) return null;
    if (row === layers[layer]) return biases[layer][column];
    const { indices, weights } = edges[layer];
    return /** @type {number | undefined} */ (
      weights[indices.indexOf(row * layers[layer + 1] + column)]
    );
  }

  /**
   * Returns the bias and all weights drawn that lead into a unit, each with its name.
   * @param {number} layer
   * @param {number} column
   * @returns {{ parameter: Parameter, name: string }[]}
   */
  parametersInto(layer, column) {
    const { layers } = this.network;
    const rows = [...this.lines()].map(({ parameter }) => parameter)
      .filter(([of, , into]) => of === layer && into === column)
      .map(([, row]) => row).sort((a, b) => a - b);
    return [
      { parameter: [layer, layers[layer], column], name: "bias" },
      ...rows.map((row) => ({
        parameter: /** @type {Parameter} */ ([layer, row, column]),
        name: `weight from ${layer ? `unit ${row + 1}` : this.network.inputs[row]}`,
      })),
    ];
  }

  /**
   * Finds the line or the square that the pointer is at.
   * @param {PointerEvent | MouseEvent} event
   */
  point(event) {
    const { offsetX: x, offsetY: y } = event;
    const type = event instanceof PointerEvent ? event.pointerType : "mouse";
    let nearest = REACH[type] ?? REACH.mouse;
    /** @type {OverParameter | null} */
    let found = null;
    for (const { weight, parameter, points } of this.lines()) {
      const off = Math.abs(y - heightAt(x, points)) - Math.min(3, Math.abs(weight));
      if (off < nearest) [nearest, found] = [off, { parameter, x, y }];
    }
    for (const [layer, biases] of this.network.biases.entries()) {
      for (const column of biases.keys()) {
        const { x: left, y: top, side } = biasBox(this.places[layer + 1][column]);
        if (Math.max(left - x, x - left - side, top - y, y - top - side) > 2) continue;
        found = { parameter: [layer, this.network.layers[layer], column], x, y };
      }
    }
    this.canvas.classList.toggle("over", Boolean(found));
    this.hover(found);
  }

  /** @param {OverUnit | OverParameter | null} over */
  hover(over) {
    this.leave(false);
    this.over = over;
    this.schedule();
  }

  leave(draw = true) {
    const { over } = this;
    if (over && "unit" in over) {
      this.button(over.unit)?.setAttribute("aria-label", this.nameOf(...over.unit));
    }
    this.over = null;
    this.tip.hidden = true;
    if (draw) this.schedule();
  }

  // Shows the numbers of the unit or line at the pointer or the focus.
  say() {
    const { over } = this;
    if (!over) return;
    if ("unit" in over) {
      const [layer, number] = over.unit;
      const at = this.places[layer]?.[number];
      if (!at) return this.leave();
      const [low, high] = this.network.spans.subarray(2 * (this.firsts[layer] + number));
      const bias = layer ? `, bias ${shown(this.network.biases[layer - 1][number])}` : "";
      const isDead = this.network.dead[layer - 1]?.[number];
      const range = isDead ? "dead, 0 for all training points" : `from ${shown(low)} to ${shown(high)}`;
      const text = `${this.nameOf(layer, number)}: ${range}${bias}`;
      this.button(over.unit)?.setAttribute("aria-label", text);
      this.showTip(text, at);
    } else {
      const [layer, row, column] = over.parameter;
      const value = this.valueOf(over.parameter);
      if (value === null) return this.leave();
      const into = this.nameOf(layer + 1, column);
      const text = row === this.network.layers[layer]
        ? `Bias of ${into[0].toLowerCase()}${into.slice(1)}:`
        : `${this.nameOf(layer, row)} → ${into}: weight`;
      this.showTip(`${text} ${shown(value ?? NaN)}`, { ...over, size: 16 });
    }
  }

  /**
   * @param {string} text
   * @param {{ x: number, y: number, size: number }} at
   */
  showTip(text, { x, y, size }) {
    this.tip.textContent = text;
    this.tip.hidden = false;
    const { offsetWidth, offsetHeight } = this.tip;
    const left = x - this.scroll.scrollLeft - offsetWidth / 2;
    this.tip.style.left = `${Math.max(0, Math.min(left, this.box.clientWidth - offsetWidth))}px`;
    this.tip.style.top = `${Math.max(0, y - size / 2 - offsetHeight - 4)}px`;
  }

  /**
   * @param {Unit} unit
   * @returns {HTMLElement | undefined}
   */
  button([layer, number]) {
    return this.buttons[layer]?.[number];
  }

  /**
   * Marks the unit that the large chart shows; both have the same frame. Without one, it shows the
   * output of all output units.
   * @param {Unit | null} unit
   */
  press(unit) {
    const large = unit ? [this.button(unit)] : this.buttons.at(-1) ?? [];
    for (const button of this.buttons.flat()) {
      button.classList.toggle("large", large.includes(button));
    }
    const pressed = unit ? this.button(unit) : undefined;
    if (pressed === this.pressed) return;
    this.pressed?.setAttribute("aria-pressed", "false");
    pressed?.setAttribute("aria-pressed", "true");
    this.pressed = pressed;
  }

  /**
   * Asks for a unit's map in the large chart, or the second time for the network's output.
   * @param {Unit} unit
   */
  show(unit) {
    const isShown = this.pressed === this.button(unit);
    const { layers } = this.network;
    const isOnlyOutput = unit[0] === layers.length - 1 && layers[unit[0]] === 1;
    this.askedUnit = isShown || isOnlyOutput ? null : unit;
    this.asked = outbox.add("show", { unit: this.askedUnit });
    this.schedule();
  }

  /**
   * Arrows go from unit to unit, E opens the editor.
   * @param {KeyboardEvent} event
   */
  useKey(event) {
    const button = event.target;
    if (!(button instanceof HTMLElement)) return;
    const [layer, number] = (button.dataset.unit ?? "0-0").split("-").map(Number);
    const { layers } = this.network;
    if (event.key.toLowerCase() === "e" && layer) {
      event.preventDefault();
      const { x, y } = button.getBoundingClientRect();
      this.editor.open([layer - 1, layers[layer - 1], number], { x, y });
    } else if (MOVES[event.key]) {
      event.preventDefault();
      const [across, down] = MOVES[event.key];
      const to = Math.max(0, Math.min(layer + across, layers.length - 1));
      const height = across ? (number + 0.5) / layers[layer] : (number + down + 0.5) / layers[to];
      const wanted = Math.floor(height * layers[to]);
      this.button([to, Math.max(0, Math.min(wanted, layers[to] - 1))])?.focus();
    }
  }
}
