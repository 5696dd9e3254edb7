// The axis of a loss curve follows the bulk of the curve, and says what it cuts off.
import assert from "node:assert/strict";
import { test } from "node:test";
import { cutAt, finishLosses, peaks } from "../../nnlab/app/live_chart/static/loss_axis.js";

/**
 * @param {number} count
 * @param {(iteration: number) => number} loss
 */
const line = (count, loss) => ({
  x: Array.from({ length: count }, (_, at) => at),
  y: Array.from({ length: count }, (_, at) => loss(at)),
});
// As the article's run: from 1.7 to log 2 in the first hundredth, later to 0.1
const article = (/** @type {number} */ at) => Math.LN2 / (1 + (at / 700) ** 6) + Math.exp(-at / 2);

test("lines without points, and hidden ones, are not drawn", () => {
  const layout = { yaxis: { type: "linear" }, font: { size: 14 } };
  const full = { ...line(9, article), name: "train", meta: { end: "train" }, line: { color: "red" } };
  const empty = { name: "test", x: [], y: [] }, hidden = { ...full, name: "penalty", visible: false };
  const drawn = finishLosses([empty, hidden, full], layout, 100);
  assert.deepEqual(drawn.map(({ name }) => name), ["train", "names"]);
});

test("the first losses of a run are seen while they are most of the curve", () => {
  assert.equal(cutAt([line(10, article)]), undefined);
});

test("the first losses of a long run are cut off, and the rest fills the plot", () => {
  const end = cutAt([line(1000, article)]) ?? NaN;
  assert.ok(end > Math.LN2 && end < 1.5 * Math.LN2, String(end));
});

test("a curve that only falls smoothly is not cut", () => {
  assert.equal(cutAt([line(500, (at) => 1 - at / 600)]), undefined);
});

test("a spike is cut off wherever it is, also at the present", () => {
  for (const place of [0, 250, 480, 499]) {
    const spiked = line(500, (at) => (at === place ? 80 : 0.5 + 0.1 * Math.sin(at)));
    const end = cutAt([spiked]) ?? NaN;
    assert.ok(end >= 0.6 && end <= 1, String(end));
    assert.deepEqual(peaks([spiked], end), [{ x: place, value: 80 }]);
  }
});

test("a loss that grows without limit is seen to grow", () => {
  const growing = line(500, (at) => 1.1 ** at);
  const end = cutAt([growing]) ?? NaN;
  assert.ok(end > 1.1 ** 460 && end < 1.1 ** 499);
});

test("test losses that grow stay in view, though they are few", () => {
  const train = line(1000, (at) => 1 / (1 + at / 50));
  const tested = { x: train.x.filter((at) => at % 100 === 0), y: [1, 0.6, 1, 1.4, 1.8, 2, 2.2, 2.4, 2.6, 2.7] };
  const end = cutAt([train, tested]) ?? Infinity;
  assert.ok(end >= 2.6, String(end));
});

test("the axis moves in few steps while a run goes on", () => {
  const ends = new Set(Array.from({ length: 990 }, (_, at) => cutAt([line(10 + at, article)])));
  assert.ok(ends.size <= 6, [...ends].join());
});

test("losses that are not finite or all 0 cut nothing", () => {
  assert.equal(cutAt([line(50, () => NaN)]), undefined);
  assert.equal(cutAt([line(50, () => 0)]), undefined);
  assert.equal(cutAt([]), undefined);
});

test("the highest of neighbouring spikes is marked, with its value", () => {
  const spiked = line(500, (at) => ({ 100: 40, 110: 90, 400: 3e12 }[at] ?? 0.5));
  const data = [{ ...spiked, meta: { end: "train" }, line: { color: "red" } }];
  /** @type {any} */
  const layout = { yaxis: { type: "linear" }, font: { size: 14 } };
  finishLosses(data, layout, 100);
  const [, cut, names] = /** @type {any[]} */ (data);
  assert.deepEqual(cut.x, [400, 110]);
  assert.deepEqual(cut.text.map((/** @type {string} */ text) => text.trim()), ["3·10¹²", "90"]);
  assert.ok(layout.yaxis.range[1] < 1);
  assert.deepEqual(names.text, ["\u2002train"]);
});

test("names of lines that end near each other do not overlap", () => {
  const data = [["train", 0.1], ["test", 0.12], ["far", 0.9]].map(([end, last]) => ({
    x: [0, 1], y: [1, Number(last)], meta: { end }, line: { color: "red" },
  }));
  finishLosses(data, { yaxis: { type: "linear" }, font: { size: 14 } }, 100);
  const names = /** @type {any} */ (data.at(-1));
  assert.deepEqual(names.text, ["train", "test", "far"].map((name) => `\u2002${name}`));
  assert.equal(names.y[0], 0.1);
  assert.ok(names.y[1] - names.y[0] >= 0.159, "at 100 pixels, 16 pixels are 0.16"); // and rounding
  assert.equal(names.y[2], 0.9);
});

test("the axis always begins at 0, and its end is always said", () => {
  for (const [losses, end] of /** @type {[number[], number][]} */ ([
    [[1, 1], 1.05], [[NaN, NaN], 1], [[0, 0], 1], [[], 1],
  ])) {
    /** @type {any} */
    const layout = { yaxis: { type: "linear" }, font: { size: 14 } };
    const x = losses.map((_, at) => at);
    finishLosses([{ x, y: losses, meta: { end: "train" }, line: { color: "red" } }], layout, 100);
    assert.deepEqual(layout.yaxis.range, [0, end]);
  }
});

test("a logarithmic axis cuts nothing", () => {
  const data = [{ ...line(500, (at) => (at ? 1 : 99)), meta: { end: "a" }, line: { color: "red" } }];
  /** @type {any} */
  const layout = { yaxis: { type: "log" }, font: { size: 14 } };
  finishLosses(data, layout, 100);
  assert.equal(layout.yaxis.range, undefined);
  assert.equal(data.length, 2);
});
