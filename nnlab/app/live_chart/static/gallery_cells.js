// Draws a sweep as a gallery: a table of links, each with a small map, a number and a loss curve.
// With two axes it is a table; with one, its cells wrap like words; on a phone it is a list.

import { find, make, penOf, takeNewest } from "./dom.js";
import { outbox } from "./outbox.js";
/** @typedef {import("messages").Cell} Cell */
/** @typedef {import("messages").Chart & { gallery: import("messages").Gallery }} Update */

const NARROW = matchMedia("(max-width: 640px)");
const LEAST_SIDE = 44, MOST_SIDE = 150; // pixels of a map
const BESIDE = 62; // pixels that number, note and curve need beside a map
const below = (/** @type {boolean} */ note) => (note ? 32 : 19); // the same below a map
const AROUND = 92; // pixels above and below the cells, for names, progress and space
const GAP = 3;
const NO_POINT = 255; // in a loss curve: it has ended

export class GalleryCells {
  constructor() {
    this.table = make("table");
    this.tip = make("div", "tip");
    this.tip.hidden = true;
    /** @type {HTMLElement} */
    this.box = make("div"); // until it is mounted
    this.isMounted = this.isWaiting = false;
    this.built = ""; // the axes that the table was built for
    /** @type {Update[]} */
    this.arrived = []; // messages whose pictures are still to be decoded
    /** @type {Update} the one that is drawn, once one has come */
    this.message = /** @type {any} */ (undefined);
    /** @type {HTMLElement[]} */
    this.places = [];
    /** @type {(Cell | null)[]} */
    this.drawn = []; // the cell in each place
  }

  get gallery() {
    return this.message.gallery;
  }

  /**
   * @param {HTMLElement} element
   * @param {string} name
   */
  mount(element, name) {
    if (this.box === element) return;
    Object.assign(this, { box: element, isMounted: true, built: "" });
    element.dataset.liveChart = name;
    element.replaceChildren(this.table, this.tip);
    element.onscroll = () => { this.tip.hidden = true; };
    new ResizeObserver(() => {
      this.size();
      this.schedule(); // the loss curves, in their new size
    }).observe(element);
    this.schedule();
  }

  /** @param {Update} message */
  update(message) {
    this.arrived = [...this.arrived.slice(-1), message];
    this.schedule();
  }

  schedule() {
    if (this.isWaiting || !this.isMounted || !(this.arrived.length || this.message)) return;
    this.isWaiting = true;
    requestAnimationFrame(() => {
      this.isWaiting = false;
      const newest = takeNewest(this.arrived, ({ gallery }) => gallery.sheet.bitmap !== null);
      this.message = newest ?? this.message;
      if (this.arrived.length) this.schedule();
      if (!this.message) return;
      const axes = JSON.stringify({ ...this.gallery, cells: null, sheet: null, sparks: null });
      if (this.built !== axes) this.build();
      this.built = axes;
      this.draw();
      this.box.dataset.iteration = String(this.message.iteration);
    });
  }

  build() {
    const { rows, columns, row_title: down, column_title: across, number_title } = this.gallery;
    this.box.classList.toggle("flows", !rows.length);
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

  /**
   * @param {string} text
   * @param {string} scope
   */
  heading(text, scope) {
    const heading = make("th", "", text);
    heading.scope = scope;
    return heading;
  }

  // Makes the maps as large as possible while all of them fit on the screen.
  size() {
    if (!this.message) return;
    const { rows, columns, several } = this.gallery;
    const across = rows.length ? columns.length : Math.min(columns.length, 5);
    const down = rows.length || Math.ceil(columns.length / across);
    const free = this.box.clientWidth - (rows.length ? 90 : 0);
    const wide = Math.floor(free / across) - (rows.length ? GAP : 2 * GAP);
    const top = this.box.getBoundingClientRect().top + scrollY;
    const label = rows.length ? 0 : 22; // above each cell that has no row and column
    const high = Math.floor((innerHeight - Math.max(top, 200) - AROUND) / down) - GAP - label;
    const beside = Math.min(wide - BESIDE, high), above = Math.min(wide, high - below(several));
    const stacked = !NARROW.matches && above > beside;
    const fits = Math.max(LEAST_SIDE, Math.min(MOST_SIDE, stacked ? above : beside));
    const side = NARROW.matches ? 72 : fits;
    this.box.classList.toggle("stacked", stacked);
    const { style: sizes } = this.box;
    sizes.setProperty("--side", `${side}px`);
    sizes.setProperty("--high", `${stacked ? side + below(several) : side}px`);
    const [least, most] = stacked ? [side, side + 30] : [side + BESIDE, side + 1.3 * BESIDE];
    sizes.setProperty("--wide", `${Math.max(least, Math.min(wide, most))}px`);
  }

  draw() {
    const { cells, sheet, sparks, size, sheet_columns: across } = this.gallery;
    const bitmap = /** @type {ImageBitmap} */ (sheet.bitmap);
    this.table.setAttribute("aria-label", this.message.alt);
    const points = sparks.length / Math.max(1, cells.filter(Boolean).length);
    let number = 0;
    for (const [at, cell] of cells.entries()) {
      if (!cell) {
        if (this.drawn[at]) this.empty(at);
        continue;
      }
      if (this.drawn[at] === null) this.fill(at);
      const link = find(this.places[at], "a");
      link.href = String(new URL(`.?${cell.query}`, document.baseURI));
      link.classList.toggle("problem", cell.problem);
      link.setAttribute("aria-label", `${cell.sentence} Open in the playground.`);
      find(link, "span", ".label").textContent = cell.label;
      find(link, "span", ".number").textContent = cell.number;
      find(link, "span", ".note").textContent = cell.note;
      const left = (number % across) * size, top = Math.floor(number / across) * size;
      penOf(find(link, "canvas", ".map"))
        .drawImage(bitmap, left, top, size, size, 0, 0, size, size);
      this.drawSpark(find(link, "canvas", ".spark"),
        sparks.subarray(number * points, (number + 1) * points));
      this.drawn[at] = cell;
      number += 1;
    }
  }

  /** @param {number} at */
  empty(at) {
    this.places[at].className = "empty";
    this.places[at].lastElementChild?.replaceWith(make("div", "waits"));
    this.drawn[at] = null;
  }

  /** @param {number} at */
  fill(at) {
    const { size } = this.gallery;
    const link = make("a", "cell"), map = make("canvas", "map"), beside = make("div", "beside");
    const spark = make("canvas", "spark");
    map.width = map.height = size;
    beside.append(make("span", "label"), make("span", "number"), make("span", "note"), spark);
    link.append(map, beside);
    link.onpointerenter = link.onfocus = () => this.say(link, this.drawn[at]);
    link.onpointerleave = link.onblur = () => { this.tip.hidden = true; };
    link.onclick = (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return; // opens a new tab
      event.preventDefault();
      outbox.add("open", { index: this.drawn[at]?.index ?? 0 });
    };
    this.places[at].className = "";
    this.places[at].lastElementChild?.replaceWith(link);
  }

  /**
   * @param {HTMLCanvasElement} canvas
   * @param {import("messages").Numbers} heights
   */
  drawSpark(canvas, heights) {
    const context = penOf(canvas);
    // As many pixels as the screen has there, so that the line is neither stretched nor blurred.
    const width = canvas.width = Math.round(canvas.clientWidth * devicePixelRatio);
    const height = canvas.height = Math.round(canvas.clientHeight * devicePixelRatio);
    context.strokeStyle = getComputedStyle(canvas).color;
    context.globalAlpha = 0.75;
    context.lineWidth = 1.5 * devicePixelRatio;
    context.beginPath();
    for (const [at, value] of heights.entries()) {
      if (value === NO_POINT) break;
      context.lineTo((at / (heights.length - 1)) * width, devicePixelRatio + (value / 254) * (height - 2 * devicePixelRatio));
    }
    context.stroke();
  }

  /**
   * @param {HTMLElement} link
   * @param {Cell | null} cell
   */
  say(link, cell) {
    if (NARROW.matches || !cell) return;
    this.tip.textContent = cell.sentence;
    this.tip.hidden = false;
    const { left, top, bottom } = link.getBoundingClientRect();
    const { offsetWidth, offsetHeight } = this.tip;
    const above = top - offsetHeight - 6;
    this.tip.style.left = `${Math.max(0, Math.min(left, innerWidth - offsetWidth - 8))}px`;
    this.tip.style.top = `${above > 0 ? above : bottom + 6}px`;
  }
}
