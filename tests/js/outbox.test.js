// The outbox sends each message until it is taken.
import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";
import { Outbox } from "../../nnlab/app/live_chart/static/outbox.js";

const HOME = { session: "s", page: "p" };
/** @type {Outbox} */
let outbox;
/** @type {{ session: string, page: string, messages: any[] }[]} */
let packets;
/** @param {object} [update] */
function connect(update) {
  outbox.connect({ ...HOME, taken: 0, ...update }, (packet) => packets.push(packet));
}
const numbers = () => packets.map(({ messages }) => messages.map(({ number }) => number));

beforeEach(() => {
  mock.timers.reset();
  mock.timers.enable({ apis: ["setTimeout"] });
  outbox = new Outbox();
  packets = [];
});

test("messages wait for the first update, and then go in one packet", () => {
  outbox.add("branch", { iteration: 3 });
  outbox.add("slow", {});
  assert.deepEqual(packets, []);
  connect();
  assert.deepEqual(packets, [{
    ...HOME,
    messages: [{ kind: "branch", number: 1, body: { iteration: 3 } },
      { kind: "slow", number: 2, body: {} }],
  }]);
});

test("a message is sent again until it is taken, after longer and longer waits", () => {
  connect();
  outbox.add("slow", {});
  for (const ms of [999, 1, 1999, 1]) mock.timers.tick(ms);
  assert.deepEqual(numbers(), [[1], [1], [1]]);
  connect({ taken: 1 });
  mock.timers.tick(100_000);
  assert.equal(packets.length, 3);
});

test("one packet at a time: the next one follows the reply", () => {
  connect();
  outbox.add("branch", { iteration: 3 });
  outbox.add("slow", {});
  assert.deepEqual(numbers(), [[1]]);
  connect();
  assert.deepEqual(numbers(), [[1]]);
  connect({ taken: 1 });
  assert.deepEqual(numbers(), [[1], [2]]);
});

test("a packet holds at most ten messages, the oldest first", () => {
  for (let count = 0; count < 12; count += 1) outbox.add("branch", { iteration: count }, "");
  connect();
  connect({ taken: 10 });
  assert.deepEqual(numbers(), [[1, 2, 3, 4, 5, 6, 7, 8, 9, 10], [11, 12]]);
});

test("a later message replaces one of its slot that was not taken", () => {
  outbox.add("look", { iteration: 1, settled: false });
  outbox.add("set", { parameter: [0, 0, 0], value: "1" }, "set 0,0,0");
  outbox.add("set", { parameter: [0, 0, 1], value: "2" }, "set 0,0,1");
  outbox.add("look", { iteration: 2, settled: true });
  outbox.add("set", { parameter: [0, 0, 0], value: "3" }, "set 0,0,0");
  connect();
  assert.deepEqual(packets[0].messages.map(({ number, body }) => [number, body.value]),
    [[3, "2"], [4, undefined], [5, "3"]]);
});

test("strokes, without a slot, add up", () => {
  outbox.add("stroke", { label: 0, positions: [[0, 0]] }, "");
  outbox.add("stroke", { label: null, positions: [[1, 1]] }, "");
  connect();
  assert.deepEqual(numbers(), [[1, 2]]);
});

test("after a reply to a replaced message, its successor is sent", () => {
  connect();
  outbox.add("look", { iteration: 1, settled: false });
  outbox.add("look", { iteration: 2, settled: true });
  connect({ taken: 1 });
  assert.deepEqual(numbers(), [[1], [2]]);
  assert.ok(outbox.isWaiting(2));
});

for (const other of [{ session: "new" }, { page: "other" }]) {
  test(`messages do not follow to another ${Object.keys(other)[0]}`, () => {
    connect();
    outbox.add("slow", {});
    connect(other);
    mock.timers.tick(100_000);
    assert.deepEqual(numbers(), [[1]]);
    outbox.add("branch", { iteration: 1 });
    assert.deepEqual(packets[1], {
      ...HOME, ...other, messages: [{ kind: "branch", number: 2, body: { iteration: 1 } }],
    });
  });
}

test("a snapshot says which messages had no reply then", () => {
  connect();
  const [first, second] = [outbox.add("slow", {}), outbox.add("branch", { iteration: 1 })];
  connect({ taken: first });
  const isOpen = outbox.snapshot();
  connect({ taken: second });
  assert.deepEqual([0, first, second, second + 1].map(isOpen), [false, false, true, true]);
});
