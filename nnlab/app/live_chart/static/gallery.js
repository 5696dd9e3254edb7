// Draws a sweep as a gallery: a table of links, each with a small map, a number and a loss curve.
// With both axes it is a table; of one axis its cells follow each other; on a phone it is a list.

import { outbox } from "./outbox.js";
import { addStyle, make, takeNewest } from "./page.js";

const CSS = `
.gallery { position: relative; overflow-x: auto; font-size: 0.8rem; line-height: 1.2; }
.gallery table { border-collapse: separate; border-spacing: 3px; margin: 0; }
.gallery :is(th, td) { padding: 0; border: 0; font-weight: 400; }
.gallery th[scope=row] { padding-right: 0.4rem; text-align: right; white-space: nowrap; }
.gallery caption { caption-side: top; padding: 0 0 0.2rem; text-align: left; opacity: 0.75; }
.gallery td { width: var(--wide); height: var(--high); }
.gallery .cell { display: flex; gap: 4px; height: 100%; border-radius: 3px; color: inherit;
  text-decoration: none; background: var(--st-secondary-background-color); }
.gallery .cell:hover { outline: 2px solid color-mix(in srgb, var(--st-text-color) 50%, transparent); }
.gallery .cell:focus-visible { outline: 2px solid var(--st-text-color); outline-offset: 1px; }
.gallery .cell canvas { border-radius: 3px; }
.gallery .map { width: var(--side); height: var(--side); image-rendering: auto; }
.gallery .beside { flex: 1; min-width: 0; padding-top: 1px; display: flex; flex-direction: column; overflow: hidden; }
.gallery .number { font-weight: 600; font-variant-numeric: tabular-nums; white-space: nowrap; }
.gallery .problem .number { font-weight: 400; font-style: italic; }
.gallery .note { white-space: nowrap; font-size: 0.7rem; opacity: 0.8; }
.gallery .spark { flex: 1; min-height: 0; width: 100%; }
.gallery .label { display: none; }
.gallery.stacked .cell { flex-direction: column; align-items: center; gap: 1px; }
.gallery.stacked .beside { flex: 1; align-self: stretch; flex-flow: row wrap; gap: 0 4px;
  padding: 0 3px; }
.gallery.stacked .spark { height: 1rem; width: 0; order: 1; }
.gallery.stacked .note { order: 2; flex-basis: 100%; }
.gallery .waits { height: 100%; border: 1px dashed var(--st-border-color); border-radius: 3px;
  box-sizing: border-box; }
.gallery .tip { position: fixed; z-index: 1000; max-width: 22rem; padding: 0.3rem 0.5rem;
  border-radius: 4px; background: var(--st-text-color); color: var(--st-background-color);
  pointer-events: none; }
.gallery.flows tbody, .gallery.flows tr { display: flex; flex-wrap: wrap; gap: 6px; }
.gallery.flows td { height: auto; }
.gallery.flows td > .label { display: block; padding: 0 0 2px; opacity: 0.8; }
.gallery.flows thead { display: none; }
.gallery.flows :is(.waits, .cell) { height: var(--high); }
@media (max-width: 640px) {
  .gallery { overflow-x: visible; }
  .gallery :is(table, tbody, tr, td, caption) { display: block; width: auto; height: auto; }
  .gallery :is(thead, th, td.empty) { display: none; }
  .gallery td, .gallery.flows td { margin-bottom: 6px; width: 100%; }
  .gallery .cell .label { display: block; }
  .gallery.flows td > .label { display: none; }
  .gallery .cell .spark { flex: none; height: 1.6rem; margin-top: auto; }
}
`;
const NARROW = matchMedia("(max-width: 640px)");
const LEAST_SIDE = 44, MOST_SIDE = 150; // pixels of a map
const BESIDE = 62; // pixels that number, note and curve need beside a map
const BELOW = { false: 19, true: 32 }; // the same below a map, without and with a note
const AROUND = 92; // pixels above and below the cells: names, progress, space
const GAP = 3;
const NO_POINT = 255;

addStyle(CSS);

export class Gallery {
  constructor() {
    this.arrived = [];
  }

  mount(element, { name }) {
    if (this.element === element) return;
    this.element = element;
    this.built = null;
    element.dataset.liveChart = name;
    this.table = make("table");
    this.tip = make("div", "tip");
    this.tip.hidden = true;
    element.replaceChildren(this.table, this.tip);
    element.onscroll = () => { this.tip.hidden = true; };
    new ResizeObserver(() => this.size()).observe(element);
    this.schedule();
  }

  update(message) {
    this.arrived = [...this.arrived.slice(-1), message];
    this.schedule();
  }

  schedule() {
    if (this.waiting || !this.element || !(this.arrived.length || this.message)) return;
    this.waiting = true;
    requestAnimationFrame(() => {
      this.waiting = false;
      const newest = takeNewest(this.arrived, ({ gallery }) => gallery.sheet.bitmap);
      this.message = newest ?? this.message;
      if (this.arrived.length) this.schedule();
      if (!this.message) return;
      this.gallery = this.message.gallery;
      const { cells, sheet, sparks, ...axes } = this.gallery;
      if (this.built !== JSON.stringify(axes)) this.build();
      this.built = JSON.stringify(axes);
      this.draw();
      this.element.dataset.iteration = this.message.iteration;
    });
  }

  build() {
    const { rows, columns, row_title: down, column_title: across, number_title } = this.gallery;
    this.element.classList.toggle("flows", !rows.length);
    const caption = make("caption", "", rows.length ? `${down} ↓ · ${across} → · ${number_title}`
      : `${across} · ${number_title}`);
    const head = make("thead"), body = make("tbody");
    if (rows.length) {
      const line = make("tr");
      line.append(make("th"), ...columns.map((text) => this.heading(text, "col")));
      head.append(line);
    }
    this.places = [];
    for (const row of rows.length ? rows : [""]) {
      const line = make("tr");
      if (rows.length) line.append(this.heading(row, "row"));
      for (const column of columns) {
        const place = make("td", "empty");
        place.append(...(rows.length ? [] : [make("span", "label", `${across} ${column}`)]),
          make("div", "waits"));
        this.places.push(place);
        line.append(place);
      }
      body.append(line);
    }
    this.table.replaceChildren(caption, head, body);
    this.tip.hidden = true;
    this.drawn = this.places.map(() => null);
    this.size();
  }

  heading(text, scope) {
    const heading = make("th", "", text);
    heading.scope = scope;
    return heading;
  }

  // Lets all of it be seen at once, with maps as large as there is room for.
  size() {
    if (!this.gallery) return;
    const { rows, columns, several } = this.gallery;
    const across = rows.length ? columns.length : Math.min(columns.length, 5);
    const down = rows.length || Math.ceil(columns.length / across);
    const free = this.element.clientWidth - (rows.length ? 90 : 0);
    const wide = Math.floor(free / across) - (rows.length ? GAP : 2 * GAP);
    const top = this.element.getBoundingClientRect().top + scrollY;
    const label = rows.length ? 0 : 22; // above each cell that has no row and column
    const high = Math.floor((innerHeight - Math.max(top, 200) - AROUND) / down) - GAP - label;
    const beside = Math.min(wide - BESIDE, high), above = Math.min(wide, high - BELOW[several]);
    const stacked = !NARROW.matches && above > beside;
    const fits = Math.max(LEAST_SIDE, Math.min(MOST_SIDE, stacked ? above : beside));
    const side = NARROW.matches ? 72 : fits;
    this.element.classList.toggle("stacked", stacked);
    const { style: sizes } = this.element;
    sizes.setProperty("--side", `${side}px`);
    sizes.setProperty("--high", `${stacked ? side + BELOW[several] : side}px`);
    const [least, most] = stacked ? [side, side + 30] : [side + BESIDE, side + 1.3 * BESIDE];
    sizes.setProperty("--wide", `${Math.max(least, Math.min(wide, most))}px`);
  }

  draw() {
    const { cells, sheet, sparks, size, sheet_columns: across } = this.gallery;
    this.table.setAttribute("aria-label", this.message.alt);
    const points = sparks.length / Math.max(1, cells.filter(Boolean).length);
    let number = 0;
    for (const [at, cell] of cells.entries()) {
      if (!cell) {
        if (this.drawn[at]) this.empty(at);
        continue;
      }
      if (this.drawn[at] === null) this.fill(at);
      const link = this.places[at].querySelector("a");
      link.cell = cell;
      link.href = new URL(`.?${cell.query}`, document.baseURI);
      link.classList.toggle("problem", cell.problem);
      link.setAttribute("aria-label", `${cell.sentence} Open in the playground.`);
      for (const part of ["label", "number", "note"]) {
        link.querySelector(`.${part}`).textContent = cell[part];
      }
      const left = (number % across) * size, top = Math.floor(number / across) * size;
      link.querySelector(".map").getContext("2d")
        .drawImage(sheet.bitmap, left, top, size, size, 0, 0, size, size);
      this.drawSpark(link.querySelector(".spark"),
        sparks.subarray(number * points, (number + 1) * points));
      this.drawn[at] = cell.index;
      number += 1;
    }
  }

  empty(at) {
    this.places[at].className = "empty";
    this.places[at].lastChild.replaceWith(make("div", "waits"));
    this.drawn[at] = null;
  }

  fill(at) {
    const { size } = this.gallery;
    const link = make("a", "cell"), map = make("canvas", "map"), beside = make("div", "beside");
    const spark = make("canvas", "spark");
    map.width = map.height = size;
    [spark.width, spark.height] = [120, 48];
    beside.append(make("span", "label"), make("span", "number"), make("span", "note"), spark);
    link.append(map, beside);
    link.onpointerenter = link.onfocus = () => this.say(link);
    link.onpointerleave = link.onblur = () => { this.tip.hidden = true; };
    link.onclick = (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return; // a tab of its own
      event.preventDefault();
      outbox.add("open", { index: link.cell.index });
    };
    this.places[at].className = "";
    this.places[at].lastChild.replaceWith(link);
  }

  drawSpark(canvas, heights) {
    const context = canvas.getContext("2d");
    const { width, height } = canvas;
    context.clearRect(0, 0, width, height);
    context.strokeStyle = getComputedStyle(canvas).color;
    context.globalAlpha = 0.75;
    context.lineWidth = 2.5;
    context.beginPath();
    for (const [at, value] of heights.entries()) {
      if (value === NO_POINT) break;
      context.lineTo((at / (heights.length - 1)) * width, 2 + (value / 254) * (height - 4));
    }
    context.stroke();
  }

  say(link) {
    if (NARROW.matches) return;
    this.tip.textContent = link.cell.sentence;
    this.tip.hidden = false;
    const { left, top, bottom } = link.getBoundingClientRect();
    const { offsetWidth, offsetHeight } = this.tip;
    const above = top - offsetHeight - 6;
    this.tip.style.left = `${Math.max(0, Math.min(left, innerWidth - offsetWidth - 8))}px`;
    this.tip.style.top = `${above > 0 ? above : bottom + 6}px`;
  }
}
