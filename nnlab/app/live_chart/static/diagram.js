// Draws a network: each unit as a small map, its weights as lines, its bias as a small square.
// A click on a unit asks for its map in the large chart; one on a line or square opens the editor.

import { Editor } from "./editor.js";
import { Layers } from "./layers.js";
import { biasBox, curve, heightAt, place } from "./layout.js";
import { shown } from "./numbers.js";
import { outbox } from "./outbox.js";
import { addStyle, make, takeNewest } from "./page.js";

const CSS = `
.network > * { position: absolute; }
.network .scroll { inset: 0 0 2.6rem 0; overflow: auto hidden; }
.network .scroll > * { position: absolute; left: 0; top: 0; }
.network .over { cursor: pointer; }
.network .units button { position: absolute; padding: 0; background: none; cursor: pointer;
  border: 1px solid color-mix(in srgb, var(--st-text-color) 45%, transparent); border-radius: 2px; }
.network .units button:hover { border-color: var(--st-text-color); }
.network .units button:focus-visible { outline: 2px solid var(--st-text-color);
  outline-offset: 1px; }
.network .units [aria-pressed=true] { outline: 3px solid var(--st-primary-color); }
.network .note { inset: auto 0 0 0; height: 2.5rem; overflow: hidden; font-size: 0.8rem;
  line-height: 1.25rem; opacity: 0.75; }
.network .tip { z-index: 2; padding: 0.15rem 0.5rem; border-radius: 4px; font-size: 0.8rem;
  background: var(--st-text-color); color: var(--st-background-color); pointer-events: none;
  white-space: nowrap; font-variant-numeric: tabular-nums; }
`;
const HINT = "Orange is negative, blue positive. Click a unit to see its map in the large chart, a line "
  + "or a small square to set its value.";
const WIDEST = 7; // pixels of the line of an endless weight
const REACH = { mouse: 5, touch: 14, pen: 8 }; // pixels from a line that still mean it
const MAX_ARRIVED = 3; // messages that wait for their pictures
const MOVES = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

addStyle(CSS);

const isAt = ([layer, number], [of, row, column]) => (
  of === layer ? row === number : of + 1 === layer && column === number
);

export class Diagram {
  constructor() {
    this.asked = { number: 0, unit: null }; // the last message that asks for a unit's map
    this.arrived = []; // messages whose pictures are still to be decoded
  }

  mount(element, { name, colors, limits }) {
    if (this.element === element) return;
    Object.assign(this, { element, colors, built: null });
    element.dataset.liveChart = name;
    this.scroll = make("div", "scroll");
    this.canvas = make("canvas");
    this.units = make("div", "units", "", { role: "group" });
    this.layers = new Layers(limits);
    this.scroll.append(this.canvas, this.layers.element, this.units);
    this.note = make("div", "note");
    this.tip = make("div", "tip");
    this.tip.hidden = true;
    this.editor = new Editor(this);
    element.replaceChildren(this.scroll, this.note, this.tip, this.editor.element);
    this.canvas.onpointermove = (event) => this.point(event);
    this.canvas.onpointerleave = () => this.leave();
    this.canvas.onclick = (event) => {
      this.point(event);
      if (this.over) this.editor.open(this.over.parameter, event);
    };
    this.units.onkeydown = (event) => this.useKey(event);
    new ResizeObserver(() => { this.built = null; this.schedule(); }).observe(element);
    this.schedule();
  }

  // `isOpen` says whether a message was unanswered when this update was made.
  update(message, { isOpen }) {
    this.arrived = [...this.arrived.slice(1 - MAX_ARRIVED), { ...message, isOpen }];
    this.schedule();
  }

  schedule() {
    if (this.waiting || !this.element) return;
    this.waiting = true;
    requestAnimationFrame(() => {
      this.waiting = false;
      const newest = takeNewest(this.arrived, ({ network }) => network.sheet.bitmap);
      this.message = newest ?? this.message;
      if (this.arrived.length) this.schedule();
      if (!this.message) return;
      this.network = this.message.network;
      this.isOpen = this.layers.isOpen = this.message.isOpen;
      const sizes = String([this.network.layers, this.network.inputs]);
      if (this.built !== sizes) this.build();
      this.built = sizes;
      this.draw();
      this.element.dataset.iteration = this.message.iteration;
    });
  }

  build() {
    const { layers } = this.network;
    const { clientWidth, clientHeight: height } = this.scroll;
    const layout = place(layers, clientWidth, height);
    this.places = layout.places;
    this.firsts = layers.map((_, layer) => layers.slice(0, layer).reduce((a, b) => a + b, 0));
    Object.assign(this.canvas, {
      width: layout.wide * devicePixelRatio, height: height * devicePixelRatio,
    });
    Object.assign(this.canvas.style, { width: `${layout.wide}px`, height: `${height}px` });
    const focused = document.activeElement?.dataset.unit;
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
      button.tabIndex = layer || number ? -1 : 0; // one stop for the Tab key; then arrows
      return button;
    }));
    this.units.replaceChildren(...this.buttons.flat());
    this.units.querySelector(`[data-unit="${focused}"]`)?.focus();
    this.layers.build(this.network, layout);
  }

  draw() {
    const { canvas, network, places, over, editor } = this;
    const marked = String(over ? over.parameter : !editor.element.hidden && editor.parameter);
    const context = canvas.getContext("2d");
    context.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0);
    context.clearRect(0, 0, canvas.width, canvas.height);
    for (const { weight, parameter, curve: [x, y, ...rest] } of this.lines()) {
      const strength = Math.abs(weight);
      const meant = String(parameter) === marked;
      const faded = over?.unit && !isAt(over.unit, parameter);
      context.globalAlpha = faded ? 0.08 : meant ? 1 : 0.35 + (0.6 * strength) / (strength + 1);
      context.lineWidth = 0.5 + (WIDEST * strength) / (strength + 2) + (meant ? 2 : 0);
      context.strokeStyle = this.colors[weight < 0 ? 0 : 1];
      context.beginPath();
      context.moveTo(x, y);
      context.bezierCurveTo(...rest);
      context.stroke();
    }
    context.globalAlpha = 1;
    const { size, sheet: { bitmap } } = network;
    places.flat().forEach((at, index) => {
      context.drawImage(bitmap, index * size, 0, size, size,
        at.x - at.size / 2, at.y - at.size / 2, at.size, at.size);
    });
    network.biases.forEach((biases, layer) => biases.forEach((bias, column) => {
      const { x, y, side } = biasBox(places[layer + 1][column]);
      const strength = Math.abs(bias);
      context.globalAlpha = 0.25 + (0.75 * strength) / (strength + 0.5);
      context.fillStyle = bias ? this.colors[bias < 0 ? 0 : 1] : "gray";
      context.fillRect(x, y, side, side);
    }));
    this.press(this.isOpen(this.asked.number) ? this.asked.unit : network.shown);
    this.units.setAttribute("aria-label", this.message.alt);
    this.note.textContent = `${network.note} ${HINT}`;
    this.say();
    this.editor.follow();
  }

  // All lines that are drawn, the strongest of each layer last.
  * lines() {
    for (const [layer, { indices, weights }] of this.network.edges.entries()) {
      const [sources, targets] = this.places.slice(layer, layer + 2);
      for (const [at, index] of indices.entries()) {
        const column = index % targets.length, row = (index - column) / targets.length;
        yield {
          weight: weights[at],
          parameter: [layer, row, column],
          curve: curve(sources[row], targets[column]),
        };
      }
    }
  }

  nameOf(layer, number) {
    const { layers, inputs } = this.network;
    if (!layer) return `Input ${inputs[number]}`;
    return layer === layers.length - 1 ? "Output" : `Unit ${number + 1} of layer ${layer}`;
  }

  // Returns undefined for a weight that is not drawn, null for one that there is not.
  valueOf([layer, row, column]) {
    const { layers, biases, edges } = this.network;
    if (!(row <= layers[layer] && column < layers[layer + 1])) return null;
    if (row === layers[layer]) return biases[layer][column];
    return edges[layer].weights[edges[layer].indices.indexOf(row * layers[layer + 1] + column)];
  }

  // The bias and all weights drawn that lead into a unit, each with its name.
  parametersInto(layer, column) {
    const { layers } = this.network;
    const rows = [...this.lines()].map(({ parameter }) => parameter)
      .filter(([of, , into]) => of === layer && into === column)
      .map(([, row]) => row).sort((a, b) => a - b);
    return [
      { parameter: [layer, layers[layer], column], name: "bias" },
      ...rows.map((row) => ({
        parameter: [layer, row, column],
        name: `weight from ${layer ? `unit ${row + 1}` : this.network.inputs[row]}`,
      })),
    ];
  }

  // Finds the line or the square that the pointer is at.
  point(event) {
    const { offsetX: x, offsetY: y, pointerType } = event;
    const reach = REACH[pointerType] ?? REACH.mouse;
    let nearest = reach, found = null;
    for (const { weight, parameter, curve: points } of this.lines()) {
      const off = Math.abs(y - heightAt(x, points)) - Math.min(3, Math.abs(weight));
      if (off < nearest) [nearest, found] = [off, { parameter, weight, x, y }];
    }
    this.network.biases.forEach((biases, layer) => biases.forEach((bias, column) => {
      const { x: left, y: top, side } = biasBox(this.places[layer + 1][column]);
      if (Math.max(left - x, x - left - side, top - y, y - top - side) > 2) return;
      const parameter = [layer, this.network.layers[layer], column];
      found = { parameter, weight: bias, x, y };
    }));
    this.canvas.classList.toggle("over", Boolean(found));
    this.hover(found);
  }

  hover(over) {
    this.leave(false);
    this.over = over;
    this.schedule();
  }

  leave(draw = true) {
    if (this.over?.unit) {
      this.button(this.over.unit)?.setAttribute("aria-label", this.nameOf(...this.over.unit));
    }
    this.over = null;
    this.tip.hidden = true;
    if (draw) this.schedule();
  }

  // Says the numbers of what the pointer or the focus is at.
  say() {
    if (!this.over) return;
    const { unit, parameter } = this.over;
    const at = unit ? this.places[unit[0]]?.[unit[1]] : this.over;
    const value = parameter && this.valueOf(parameter);
    if (!at || value === null) return this.leave();
    if (unit) {
      const [layer, number] = unit;
      const [low, high] = this.network.spans.subarray(2 * (this.firsts[layer] + number));
      const bias = layer ? `, bias ${shown(this.network.biases[layer - 1][number])}` : "";
      this.tip.textContent = `${this.nameOf(...unit)}: from ${shown(low)} to ${shown(high)}${bias}`;
      this.button(unit).setAttribute("aria-label", this.tip.textContent);
    } else {
      const [layer, row, column] = parameter;
      const into = this.nameOf(layer + 1, column);
      this.tip.textContent = row === this.network.layers[layer]
        ? `${into}: bias ${shown(value)}`
        : `${this.nameOf(layer, row)} → ${into}: weight ${shown(value)}`;
    }
    this.tip.hidden = false;
    const { offsetWidth, offsetHeight } = this.tip;
    const above = at.y - (at.size ?? 16) / 2 - offsetHeight - 4;
    const left = at.x - this.scroll.scrollLeft - offsetWidth / 2;
    this.tip.style.left = `${Math.max(0, Math.min(left, this.element.clientWidth - offsetWidth))}px`;
    this.tip.style.top = `${Math.max(0, above)}px`;
  }

  button([layer, number]) {
    return this.buttons[layer]?.[number];
  }

  // Marks the unit that the large chart shows.
  press(unit) {
    this.pressed?.setAttribute("aria-pressed", "false");
    this.pressed = unit ? this.button(unit) : null;
    this.pressed?.setAttribute("aria-pressed", "true");
  }

  // Asks for a unit's map in the large chart, or the second time for the output's.
  show(unit) {
    const isShown = this.pressed === this.button(unit);
    const isOutput = unit[0] === this.network.layers.length - 1;
    const wanted = isShown || isOutput ? null : unit;
    this.asked = { number: outbox.add("show", { unit: wanted }), unit: wanted };
    this.schedule();
  }

  // Arrows go from unit to unit, E opens the editor.
  useKey(event) {
    const [layer, number] = event.target.dataset.unit.split("-").map(Number);
    const { layers } = this.network;
    if (event.key.toLowerCase() === "e" && layer) {
      event.preventDefault();
      const { x, y } = event.target.getBoundingClientRect();
      this.editor.open([layer - 1, layers[layer - 1], number], { x, y });
    } else if (MOVES[event.key]) {
      event.preventDefault();
      const [across, down] = MOVES[event.key];
      const to = Math.max(0, Math.min(layer + across, layers.length - 1));
      const share = across ? (number + 0.5) / layers[layer] : (number + down + 0.5) / layers[to];
      this.button([to, Math.max(0, Math.min(Math.floor(share * layers[to]), layers[to] - 1))]).focus();
    }
  }
}
