// Where the units of a network are drawn, and how the lines between them run.

/** @typedef {{ x: number, y: number, size: number }} Place the middle of a unit, and its size */

const HEAD = 58; // pixels above the units, for the layers' buttons
const GUTTER = 48; // left of the inputs, for their names
const MAX_SIZE = 46; // of a unit
const MAX_PITCH = 66; // from one unit of a layer to the next
// From one layer to the next. At the least step two buttons fit above a layer, and eight layers fit
// into 422 pixels, as on 1280 × 720; where there is less room, as on a phone, they scroll.
const MIN_STEP = 36, MAX_STEP = 190;
const ROOMY = 74; // least step at which a layer's buttons fit beside its number instead of below it
const GAP = 6;
const MAX_COLUMNS = 8;

/**
 * Places the units of each layer. A layer of many units has several columns, and each unit has its
 * own height.
 * @param {number[]} layers how many units each has
 * @param {number} width available
 * @param {number} height
 * @returns {{ wide: number, narrow: boolean, middles: number[], places: Place[][] }} the width that
 *   it takes, more than is available only if the least step needs it; whether the layers' buttons
 *   must be narrow; the layers' middles; and the units' places layer by layer
 */
export function place(layers, width, height) {
  const ends = GUTTER + MAX_SIZE + 4;
  const step = Math.max(MIN_STEP, Math.min((width - ends) / (layers.length - 1), MAX_STEP));
  const wide = Math.max(width, ends + step * (layers.length - 1));
  const left = GUTTER + MAX_SIZE / 2 + (wide - ends - step * (layers.length - 1)) / 2;
  const middles = layers.map((_, layer) => left + layer * step);
  const room = height - HEAD - GAP;
  const places = layers.map((count, layer) => {
    let [columns, size] = [1, 0];
    for (let tried = 1; tried <= MAX_COLUMNS; tried += 1) {
      const fits = Math.min(MAX_SIZE, (tried * room) / (count + tried - 1) - GAP,
        (0.6 * step) / tried - 2);
      if (fits > 1.3 * size) [columns, size] = [tried, fits];
    }
    const pitch = count > 1 ? Math.min(MAX_PITCH, (room - size) / (count - 1)) : 0;
    const top = HEAD + (room - (count - 1) * pitch) / 2;
    return Array.from({ length: count }, (_, number) => ({
      x: middles[layer] + ((number % columns) - (columns - 1) / 2) * (size + 2),
      y: top + number * pitch,
      size,
    }));
  });
  return { wide, narrow: step < ROOMY, middles, places };
}

/**
 * Returns a line from one unit to another as a cubic Bézier curve, level at both ends: x and y of
 * its four points.
 * @param {Place} from
 * @param {Place} to
 * @returns {[number, number, number, number, number, number, number, number]}
 */
export function curve(from, to) {
  const x0 = from.x + from.size / 2, x1 = to.x - to.size / 2, middle = (x0 + x1) / 2;
  return [x0, from.y, middle, from.y, middle, to.y, x1, to.y];
}

/**
 * Returns the height of such a curve at x, or NaN outside it.
 * @param {number} x
 * @param {ReturnType<typeof curve>} points
 */
export function heightAt(x, [x0, y0, , , , , x1, y1]) {
  const fraction = (x - x0) / (x1 - x0);
  if (!(fraction >= 0 && fraction <= 1)) return NaN;
  let [low, high] = [0, 1];
  for (let i = 0; i < 12; i += 1) {
    const t = (low + high) / 2;
    if (1.5 * t - 1.5 * t ** 2 + t ** 3 < fraction) low = t; else high = t;
  }
  return y0 + (y1 - y0) * (3 * low ** 2 - 2 * low ** 3);
}

/**
 * Returns the square at a unit's lower left corner that shows its bias.
 * @param {Place} unit
 */
export function biasBox({ x, y, size }) {
  const side = size < 20 ? 3 : 8;
  return { x: x - size / 2 - side - 1, y: y + size / 2 - side, side };
}
