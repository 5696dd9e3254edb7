// Numbers as people read them.

/**
 * Returns a number as people read it: few digits, a true minus; NaN as a dash.
 * @param {number} value
 */
export function shown(value, digits = 4) {
  if (Number.isNaN(value)) return "–";
  return String(Number(value.toPrecision(digits))).replace("-", "−").replace("Infinity", "∞");
}
