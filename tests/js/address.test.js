// A page has one history entry, whatever its address says of its settings.
import assert from "node:assert/strict";
import { test } from "node:test";

class History {
  entries = ["http://host/app/"];

  /** @param {unknown} _state @param {string} _title @param {string} url */
  pushState(_state, _title, url) {
    this.entries.push(url);
  }

  /** @param {unknown} _state @param {string} _title @param {string} url */
  replaceState(_state, _title, url) {
    this.entries.splice(-1, 1, url);
  }
}

test("another query replaces the entry, another page adds one", async () => {
  const history = new History();
  const location = { get href() { return history.entries.at(-1) ?? ""; },
    get pathname() { return new URL(this.href).pathname; } };
  Object.assign(globalThis, { history, location });
  for (const time of ["first", "second"]) { // the page may be drawn again
    await import(`../../nnlab/app/live_chart/static/address.js?${time}`);
  }
  history.pushState(null, "", "http://host/app/?seed=1");
  assert.deepEqual(history.entries, ["http://host/app/?seed=1"]);
  history.pushState(null, "", "http://host/app/explore?seed=1");
  history.pushState(null, "", "http://host/app/explore?seed=2");
  assert.deepEqual(history.entries, ["http://host/app/?seed=1", "http://host/app/explore?seed=2"]);
});
