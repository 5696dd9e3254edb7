// A number as people read it: few digits, a true minus.
export const shown = (value, digits = 4) => (
  Number.isFinite(value) ? String(Number(value.toPrecision(digits))).replace("-", "−") : "∞"
);
