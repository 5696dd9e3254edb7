// A number as people read it: few digits, a true minus; one that is not known as a dash.
export const shown = (value, digits = 4) => (
  Number.isNaN(value) ? "–"
    : String(Number(value.toPrecision(digits))).replace("-", "−").replace("Infinity", "∞")
);
