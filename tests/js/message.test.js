// A message is read as it was packed, and numbers are written as people read them.
import assert from "node:assert/strict";
import { test } from "node:test";
import { unpack } from "../../nnlab/app/live_chart/static/message.js";
import { inUnit, shown } from "../../nnlab/app/live_chart/static/numbers.js";

/**
 * Packs as packing.py does.
 * @param {object} header
 * @param {ArrayBufferView[]} parts
 */
function pack(header, ...parts) {
  const json = new TextEncoder().encode(JSON.stringify(header));
  const length = new Uint8Array(Uint32Array.of(json.length).buffer);
  return Buffer.concat([length, json, ...parts.map((part) => new Uint8Array(part.buffer))]);
}

for (const array of [
  Uint8Array.of(0, 255), Uint16Array.of(1, 65535), Int32Array.of(-1, 2 ** 31 - 1),
  Float32Array.of(0.5, NaN), Float64Array.of(0.1, -Infinity),
]) {
  const kind = array.constructor.name.replace("Array", "").toLowerCase();
  test(`${kind} comes back unchanged, wherever it lies`, () => {
    const first = { kind: "uint8", size: 3 }, second = { kind, size: array.byteLength };
    const bytes = pack({ first, second, taken: 5 }, Uint8Array.of(1, 2, 3), array);
    for (const offset of [0, 1, 2, 3]) {
      const moved = new Uint8Array(bytes.length + offset).subarray(offset);
      moved.set(bytes);
      assert.deepEqual(unpack(moved), { first: Uint8Array.of(1, 2, 3), second: array, taken: 5 });
    }
  });
}

test("numbers have few digits, a true minus, and a dash where there is none", () => {
  assert.deepEqual([-0.123456, 1e-7, 1234567, NaN, -Infinity, 2].map((value) => shown(value)),
    ["−0.1235", "1e−7", "1235000", "–", "−∞", "2"]);
  assert.equal(shown(0.1234567891, 7), "0.1234568");
});

test("a number of the network's is written in its column's unit, as fine as around 0", () => {
  const said = (/** @type {number} */ value, /** @type {number} */ mean, deviation = 1) => (
    inUnit(value, { name: "", mean, deviation }, 2)
  );
  assert.deepEqual([-0.1234, 1.234, NaN].map((value) => said(value, 0)), ["−0.12", "1.2", "–"]);
  assert.deepEqual([said(0.123, 26.4, 4.4), said(1, 0.115, 0.066)], ["26.9", "0.181"]);
  assert.deepEqual([said(0, 2005), said(0.5, 2005)], ["2005", "2005.5"]);
  assert.equal(said(0, 1e30, 1e-30), "1e+30");
});
