// Units do not overlap and stay inside their space, and lines lead from one unit to another.
import assert from "node:assert/strict";
import { test } from "node:test";
import { biasBox, curve, heightAt, place } from "../../nnlab/app/live_chart/static/layout.js";

for (const [layers, width, height] of [
  [[2, 1], 450, 380], [[2, 10, 5, 1], 450, 380], [[9, ...Array(8).fill(64), 1], 450, 380],
  [[2, 4, 1], 320, 400],
]) {
  const sizes = /** @type {number[]} */ (layers);
  const { wide, middles, places } = place(sizes, Number(width), Number(height));

  test(`the units of ${sizes.join("-")} lie within ${width} × ${height}, or the width that they need`, () => {
    assert.deepEqual(places.map(({ length }) => length), sizes);
    for (const { x, y, size } of places.flat()) {
      assert.ok(size > 0);
      assert.ok(x - size / 2 >= 0 && x + size / 2 <= wide);
      assert.ok(y - size / 2 >= 0 && y + size / 2 <= Number(height));
    }
    assert.deepEqual(middles, [...middles].sort((a, b) => a - b));
  });

  test(`no two units of ${sizes.join("-")} overlap`, () => {
    for (const units of places) {
      units.forEach((one, at) => units.slice(at + 1).forEach((other) => {
        const apart = Math.max(Math.abs(one.x - other.x), Math.abs(one.y - other.y));
        assert.ok(apart >= one.size, `${apart} < ${one.size}`);
      }));
    }
  });
}

test("a line begins and ends level at its units, and has no height outside them", () => {
  const from = { x: 10, y: 20, size: 4 }, to = { x: 110, y: 80, size: 8 };
  const points = curve(from, to);
  assert.deepEqual(points.slice(0, 2), [12, 20]);
  assert.deepEqual(points.slice(-2), [106, 80]);
  assert.ok(Math.abs(heightAt(12, points) - 20) < 0.1);
  assert.ok(Math.abs(heightAt(106, points) - 80) < 0.1);
  assert.ok(Math.abs(heightAt(59, points) - 50) < 0.1); // halfway
  assert.ok(Number.isNaN(heightAt(11, points)));
  assert.ok(Number.isNaN(heightAt(107, points)));
});

test("a bias is at its unit's lower left corner", () => {
  assert.deepEqual(biasBox({ x: 100, y: 100, size: 40 }), { x: 71, y: 112, side: 8 });
});
