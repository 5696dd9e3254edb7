// Numbers as people read them.

/**
 * Returns a number as people read it: few digits, a true minus; NaN as a dash.
 * @param {number} value
 */
export function shown(value, digits = 4) {
  if (Number.isNaN(value)) return "–";
  return String(Number(value.toPrecision(digits))).replace("-", "−").replace("Infinity", "∞");
}

/** @type {import("messages").Scale} of numbers that are in their unit */
export const UNSCALED = { name: "", mean: 0, deviation: 1 };

/**
 * Returns how many more digits the numbers of a column need than those around 0, to tell them apart.
 * @param {import("messages").Scale} scale
 */
export function moreDigits({ mean, deviation }) {
  const more = Math.ceil(Math.log10(Math.abs(mean) / deviation)); // -Infinity for a mean of 0
  return Math.max(0, Math.min(more, 12));
}

/**
 * Returns a number of the network's as people read it, in the unit of its column.
 * @param {number} value
 * @param {import("messages").Scale} scale
 * @param {number} digits of a number around 0
 */
export const inUnit = (value, scale, digits) => (
  shown(scale.mean + scale.deviation * value, digits + moreDigits(scale))
);
