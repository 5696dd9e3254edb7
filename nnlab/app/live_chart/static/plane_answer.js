// What the network predicts, in words: at a place of the plane, read from the colour of its map, and
// for a point.

import { UNSCALED, inUnit, moreDigits, shown } from "./numbers.js";
/** @typedef {import("messages").Reading} Reading */
/** @typedef {[number, number, number]} Color red, green and blue, from 0 to 255 */

const LEVELS = 128; // of a map, as in plane_view.py

/**
 * Returns how far a colour of the map is from the low end, 0, to the high end, 1. In between, the
 * colours are mixtures of the middle colour and one of the ends.
 * @param {Color} color
 * @param {[Color, Color, Color]} stops colours at 0, 1/2 and 1
 */
export function fractionOf(color, [low, middle, high]) {
  const [down, up] = [low, high].map((end) => {
    const way = end.map((value, at) => value - middle[at]);
    const gone = color.map((value, at) => value - middle[at]);
    const length = way.reduce((sum, value) => sum + value ** 2, 0);
    const along = way.reduce((sum, value, at) => sum + value * gone[at], 0) / length;
    const share = Math.max(0, Math.min(along, 1));
    const off = way.reduce((sum, value, at) => sum + (share * value - gone[at]) ** 2, 0);
    return { share, off };
  });
  return down.off < up.off ? 0.5 - down.share / 2 : 0.5 + up.share / 2;
}

/**
 * Says what the map shows at a place.
 * @param {number} fraction of the way from the low end of its values to the high end
 * @param {Reading} reading what the map shows
 * @param {string[]} names of the classes
 * @param {import("messages").Scale} scale of a regression's values
 */
export function mapAnswer(fraction, { kind, reach }, names, scale = UNSCALED) {
  const side = fraction < 0.5 ? 0 : 1;
  if (kind === "class") return names[side];
  if (kind === "sign") return `${["below", "above"][side]} ${inUnit(0, scale, 2)}`;
  if (kind === "probability") {
    const percent = Math.round(100 * Math.max(fraction, 1 - fraction));
    return `${percent > 99 ? "over 99" : percent}% ${names[side]}`;
  }
  // Only as many decimals as the levels of the map tell apart
  const { mean, deviation } = scale;
  const decimals = Math.ceil(-Math.log10((2 * reach * deviation) / LEVELS));
  const value = mean + (2 * fraction - 1) * reach * deviation;
  const isSmall = decimals > 0 && decimals < 100;
  const digits = (isSmall ? 3 : 2) + moreDigits(scale);
  const text = shown(isSmall ? Number(value.toFixed(decimals)) : value, digits);
  const isEnd = kind === "value" && Math.abs(2 * fraction - 1) > 1 - 1 / LEVELS;
  return isEnd ? `${text} or ${side ? "more" : "less"}` : text;
}

/**
 * Says how likely each of several classes is, the likeliest first; the rest is below 1%.
 * @param {number[]} percents by class
 * @param {string[]} names of the classes
 */
export const sharesAnswer = (percents, names, decimals = 0) => percents
  .map((percent, label) => ({ percent, label }))
  .sort((one, other) => other.percent - one.percent)
  .filter(({ percent }, place) => percent >= 1 || !place)
  .map(({ percent, label }) => `${percent.toFixed(decimals)}% ${names[label]}`)
  .join(" · ");

/**
 * Says what the network predicts for a point.
 * @param {boolean} isTest
 * @param {number | null} label null in a regression
 * @param {number} target
 * @param {number[]} predictions one, or the probabilities of several classes
 * @param {string[]} names of the classes
 * @param {import("messages").Scale} scale of a regression's values
 */
export function pointAnswer(isTest, label, target, predictions, names, scale = UNSCALED) {
  const [prediction] = predictions;
  const kind = isTest ? "test point" : "point";
  if (label === null) {
    const [has, says] = [target, prediction].map((value) => inUnit(value, scale, 3));
    return `The ${kind} has the value ${has}: the network says ${says}`;
  }
  const name = names[label][0].toUpperCase() + names[label].slice(1);
  if (Number.isNaN(prediction)) return `${name} ${kind}: the network says nothing, as it diverged`;
  if (predictions.length > 1) {
    const answer = sharesAnswer(predictions.map((share) => 100 * share), names, 1);
    return `${name} ${kind}: the network says ${answer}`;
  }
  const side = prediction < 0.5 ? 0 : 1;
  const percent = (100 * (side ? prediction : 1 - prediction)).toFixed(1);
  return `${name} ${kind}: the network says ${percent}% ${names[side]}`;
}
