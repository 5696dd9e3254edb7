// What a chart of losses adds to its lines: an axis that a few spikes do not stretch, a mark where a
// spike is cut off, and the lines' names at their ends.

import { shown } from "./numbers.js";
/** @typedef {ArrayLike<number>} Numbers */
/** @typedef {{ x: Numbers, y: Numbers }} Line iterations, ascending, and losses */
/** @typedef {{ x: number, value: number }} Peak */

// An axis up to the 95th percentile leaves out what is only short: the first losses of a long run,
// or a spike. The last fifth counts by itself, so that a loss that grows is seen to grow.
const MOST = 0.95, RECENT = 0.2, MOST_RECENT = 0.75;
const WORTH_CUTTING = 1.5; // times higher than the rest; else the whole curve fits well enough
const ROOM = 1.15; // above the rest
const ABOVE = 1.05; // the highest loss, where none is cut off
const ENDS = [1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10]; // of the axis: it moves in steps, and rarely
const MOST_PEAKS = 3, APART = 0.15; // marked, and how far apart at least, of the width
const LINE = 1.15; // from one name to the next, as a multiple of the text's size

/**
 * @param {number[]} sorted
 * @param {number} share
 */
const quantile = (sorted, share) => sorted[Math.floor(share * (sorted.length - 1))] ?? 0;

/** @param {{ value: number }[]} points */
const ascending = (points) => points.map(({ value }) => value).sort((a, b) => a - b);

/**
 * Returns where the axis ends, or undefined if it need not cut the curve.
 * @param {Line[]} lines
 */
export function cutAt(lines) {
  const known = lines.map(({ x, y }) => (
    Array.from(y, (value, at) => ({ x: x[at], value })).filter(({ value }) => Number.isFinite(value))
  ));
  const last = Math.max(0, ...known.flat().map(({ x }) => x));
  // Each line by itself: test losses are fewer than training losses, and count as much.
  const bulk = Math.max(0, ...known.map((points) => {
    const recent = points.filter(({ x }) => x >= (1 - RECENT) * last);
    return Math.max(quantile(ascending(points), MOST), quantile(ascending(recent), MOST_RECENT));
  }));
  const most = Math.max(0, ...known.flat().map(({ value }) => value));
  if (!(bulk > 0) || !(most > WORTH_CUTTING * bulk)) return undefined;
  const power = 10 ** Math.floor(Math.log10(ROOM * bulk));
  return power * (ENDS.find((end) => end * power >= ROOM * bulk) ?? 10);
}

/**
 * Returns the highest points beyond the end of the axis, at most a few, none near a higher one.
 * @param {Line[]} lines
 * @param {number} end of the axis
 * @returns {Peak[]}
 */
export function peaks(lines, end) {
  const beyond = lines.flatMap(({ x, y }) => Array.from(y, (value, at) => ({ x: x[at], value })))
    .filter(({ value }) => value > end).sort((one, other) => other.value - one.value);
  const width = Math.max(1, ...lines.map(({ x }) => x[x.length - 1] ?? 0));
  /** @type {Peak[]} */
  const kept = [];
  for (const peak of beyond) {
    if (kept.length === MOST_PEAKS) break;
    if (kept.every(({ x }) => Math.abs(x - peak.x) > APART * width)) kept.push(peak);
  }
  return kept;
}

/** @param {number} value */
function inWords(value) {
  if (value < 1e4) return shown(value, 2);
  const [digit, power] = value.toExponential(0).split("e+");
  return `${digit}·10${power.replace(/\d/g, (sign) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(sign)])}`;
}

/**
 * Returns the traces that have points, with names and marks, and sets the range of the axis.
 * @param {any[]} data traces of Plotly; those with meta.end are lines with this name
 * @param {any} layout
 * @param {number} height of the plot in pixels
 */
export function finishLosses(data, layout, height) {
  const drawn = data.filter(({ meta, x, visible }) => meta && x?.length && visible !== false);
  /** @type {Line[]} */
  const lines = drawn;
  const isLog = layout.yaxis.type === "log", end = isLog ? undefined : cutAt(lines);
  const all = lines.flatMap(({ y }) => Array.from(y))
    .filter((y) => Number.isFinite(y) && !(isLog && y <= 0));
  // Set it at every draw, not only to cut peaks off: if an axis has a range only some of the time,
  // Plotly thinks that the user has zoomed.
  if (!isLog) layout.yaxis.range = [0, end ?? (ABOVE * Math.max(0, ...all) || 1)];
  const look = { type: "scatter", cliponaxis: false, hoverinfo: "skip", showlegend: false };
  if (end !== undefined) {
    for (const trace of data) trace.cliponaxis = true;
    const width = Math.max(1, ...lines.map(({ x }) => x[x.length - 1]));
    const cut = peaks(lines, end);
    data.push({
      ...look,
      name: "cut off",
      mode: "markers+text",
      x: cut.map(({ x }) => Math.max(x, 0.015 * width)), // beside the labels of the axis
      y: cut.map(() => 0.95 * end),
      text: cut.map(({ value }) => ` ${inWords(value)} `),
      textposition: cut.map(({ x }) => (x > 0.7 * width ? "middle left" : "middle right")),
      marker: { symbol: "triangle-up", size: 10, color: drawn[0].line.color },
    });
  }
  const named = drawn.filter(({ meta }) => meta.end)
    .map(({ x, y, meta }) => ({ x: x[x.length - 1], y: y[y.length - 1], name: meta.end }))
    .filter(({ y }) => Number.isFinite(y) && (end === undefined || y <= end))
    .sort((one, other) => one.y - other.y);
  const place = isLog ? Math.log10 : (/** @type {number} */ y) => y;
  const value = isLog ? (/** @type {number} */ y) => 10 ** y : place;
  const top = isLog ? place(Math.max(...all)) : layout.yaxis.range[1], bottom = isLog ? place(Math.min(...all)) : 0;
  const pixel = (top - bottom || 1) / height;
  const apart = LINE * layout.font.size;
  let least = apart / 3; // pixels above the axis, where there is room for the next name
  data.push({
    ...look,
    name: "names",
    mode: "text",
    x: named.map(({ x }) => x),
    y: named.map(({ y }) => {
      const at = Math.max(least, (place(y) - bottom) / pixel);
      least = at + apart;
      return value(bottom + at * pixel);
    }),
    text: named.map(({ name }) => `\u2002${name}`),
    textposition: "middle right",
  });
  // Plotly takes nearly as long for a line without points as for one with some. By its uid, Plotly
  // recognizes a line whose place in the list has changed.
  return data.filter(({ x, visible }) => x?.length && visible !== false)
    .map((trace) => ({ ...trace, uid: trace.name }));
}
