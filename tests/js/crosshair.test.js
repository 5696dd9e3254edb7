// The arrow keys move the crosshair over the plane and never out of it.
import assert from "node:assert/strict";
import { test } from "node:test";
import { moved } from "../../nnlab/app/live_chart/static/crosshair.js";

const MIDDLE = { x: 50, y: 50 };

test("each arrow key moves the crosshair its own way, with Shift ten times as far", () => {
  /** @type {[string, number, number][]} */
  const ways = [
    ["ArrowLeft", -1, 0], ["ArrowRight", 1, 0], ["ArrowUp", 0, -1], ["ArrowDown", 0, 1],
  ];
  for (const [key, x, y] of ways) {
    assert.deepEqual(moved(MIDDLE, key, false), { x: 50 + x, y: 50 + y });
    assert.deepEqual(moved(MIDDLE, key, true), { x: 50 + 10 * x, y: 50 + 10 * y });
  }
});

test("the crosshair stops at the edges of the plane", () => {
  assert.deepEqual(moved({ x: 4, y: 98 }, "ArrowLeft", true), { x: 0, y: 98 });
  assert.deepEqual(moved({ x: 4, y: 98 }, "ArrowDown", true), { x: 4, y: 100 });
  assert.deepEqual(moved({ x: 0, y: 0 }, "ArrowUp", false), { x: 0, y: 0 });
});

test("other keys do not move it", () => {
  for (const key of ["Enter", " ", "a", "Escape"]) {
    assert.equal(moved(MIDDLE, key, false), undefined);
  }
});
