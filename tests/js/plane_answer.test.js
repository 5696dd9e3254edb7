// The answer at a place of the plane is what its colour stands for, in words.
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  fractionOf, mapAnswer, pointAnswer, sharesAnswer,
} from "../../nnlab/app/live_chart/static/plane_answer.js";

const NAMES = ["orange", "blue", "green"];
/** @typedef {import("../../nnlab/app/live_chart/static/plane_answer.js").Color} Color */
/** @type {[Color, Color, Color][]} */
const PALETTES = [
  [[0xfc, 0xdc, 0xb8], [0xf7, 0xf7, 0xf7], [0xc8, 0xe1, 0xf2]],
  [[0x63, 0x3f, 0x1c], [0x20, 0x24, 0x2b], [0x17, 0x49, 0x6b]],
];

/**
 * @param {Color} from
 * @param {Color} to
 * @param {number} share
 */
const mixture = (from, to, share) => /** @type {Color} */ (
  from.map((value, at) => Math.round(value + share * (to[at] - value)))
);

for (const [low, middle, high] of PALETTES) {
  test(`each mixture with ${middle} stands for its place between the ends`, () => {
    for (let fraction = 0; fraction <= 1; fraction += 0.01) {
      const color = mixture(middle, fraction < 0.5 ? low : high, Math.abs(2 * fraction - 1));
      const read = fractionOf(color, [low, middle, high]);
      assert.ok(Math.abs(read - fraction) < 0.01, `${fraction} is read as ${read}`);
    }
  });
}

test("a probability is that of the more likely class", () => {
  /** @type {[number, string][]} */
  const answers = [
    [0.97, "97% blue"], [0.5, "50% blue"], [0.2, "80% orange"], [0, "over 99% orange"],
    [1, "over 99% blue"],
  ];
  for (const [fraction, answer] of answers) {
    assert.equal(mapAnswer(fraction, { kind: "probability", reach: 1 }, NAMES), answer);
  }
});

test("with a hard boundary the answer is the class, or the sign of a value", () => {
  assert.equal(mapAnswer(1, { kind: "class", reach: 1 }, NAMES), "blue");
  assert.equal(mapAnswer(0, { kind: "class", reach: 1 }, NAMES), "orange");
  assert.equal(mapAnswer(1, { kind: "sign", reach: 1 }, NAMES), "above 0");
  assert.equal(mapAnswer(0, { kind: "sign", reach: 1 }, NAMES), "below 0");
});

test("the map of a regression ends at -1 and 1, that of a unit at its largest value", () => {
  assert.equal(mapAnswer(1, { kind: "value", reach: 1 }, NAMES), "1 or more");
  assert.equal(mapAnswer(0, { kind: "value", reach: 1 }, NAMES), "−1 or less");
  assert.equal(mapAnswer(0.5, { kind: "value", reach: 1 }, NAMES), "0");
  assert.match(mapAnswer(0.75, { kind: "value", reach: 1 }, NAMES), /^0\.(49|5|51)$/);
  assert.equal(mapAnswer(1, { kind: "unit", reach: 3 }, NAMES), "3");
  assert.equal(mapAnswer(0, { kind: "unit", reach: 3 }, NAMES), "−3");
});

test("a point is named by its class or its value", () => {
  assert.equal(pointAnswer(false, 1, 1, [0.995], NAMES), "Blue point: the network says 99.5% blue");
  assert.equal(pointAnswer(true, 0, 0, [0.75], NAMES), "Orange test point: the network says 75.0% blue");
  assert.equal(
    pointAnswer(false, null, -0.5, [0.25], []), "The point has the value −0.5: the network says 0.25",
  );
});

test("several classes are named from the likeliest on, without those below 1%", () => {
  assert.equal(sharesAnswer([8, 30, 62], NAMES), "62% green · 30% blue · 8% orange");
  assert.equal(sharesAnswer([0, 100, 0], NAMES), "100% blue");
  const iris = ["setosa", "versicolor", "virginica"];
  assert.equal(sharesAnswer([2, 98, 0], iris), "98% versicolor · 2% setosa");
  assert.equal(sharesAnswer([0, 0, 0], NAMES), "0% orange"); // before it diverges, all may be NaN
  assert.equal(
    pointAnswer(false, 2, 2, [0.0004, 0.3, 0.6996], NAMES),
    "Green point: the network says 70.0% green · 30.0% blue",
  );
  assert.equal(
    pointAnswer(true, 0, 0, [0.2], ["malignant", "benign"]),
    "Malignant test point: the network says 80.0% malignant",
  );
});

test("a regression's values are in the unit of their column", () => {
  const scale = { name: "progression", mean: 152, deviation: 77 };
  assert.equal(mapAnswer(0.585, { kind: "value", reach: 1 }, NAMES, scale), "165");
  assert.equal(mapAnswer(1, { kind: "value", reach: 1 }, NAMES, scale), "229 or more");
  assert.equal(mapAnswer(1, { kind: "sign", reach: 1 }, NAMES, scale), "above 152");
  assert.equal(
    pointAnswer(false, null, -1, [0.5], [], scale), "The point has the value 75: the network says 190.5",
  );
});
