// What Streamlit's components call. The messages are described in messages.json.

import { Chart } from "./chart.js";
import { make } from "./dom.js";
import { followFullScreen, hideRestingPointer } from "./full_screen.js";
import { GalleryCells } from "./gallery_cells.js";
import { listenToKeys, stopsUpdates } from "./keys.js";
import { unpack } from "./message.js";
import { NetworkDiagram } from "./network_diagram.js";
import { outbox } from "./outbox.js";
import { showLink } from "./shared_link.js";
import { TimeLine } from "./time_line.js";

export { setKeys } from "./keys.js";
/** @typedef {import("messages").Packet} Packet */
/**
 * What Streamlit gives to a component.
 * @template Data
 * @typedef {{ parentElement: HTMLElement, data: Data,
 *   setTriggerValue: (name: "messages", packet: Packet) => void }} Component
 */

const STOPPING_MS = 1000; // until the server has surely stopped
const LATE_MS = 1000; // more than the quickest update took: the network is too slow
const ASK_AGAIN_MS = 4000; // until the server is asked again for fewer updates

/**
 * Returns the thing with this name, and makes it if there is none yet.
 * @template Thing
 * @param {Map<string, Thing>} things
 * @param {string} name
 * @param {new () => Thing} Kind
 */
function thing(things, name, Kind) {
  const found = things.get(name) ?? new Kind();
  things.set(name, found);
  return found;
}
/** @type {Map<string, Chart>} */
const charts = new Map();
/** @type {Map<string, NetworkDiagram>} */
const diagrams = new Map();
/** @type {Map<string, GalleryCells>} */
const galleries = new Map();
const timeLine = new TimeLine();

/**
 * @param {HTMLElement} parent
 * @param {string} className
 */
const child = (parent, className) => (
  /** @type {HTMLElement} */ (parent.querySelector(`.${className}`))
);

/** @param {Component<import("messages").Stage>} component */
export function stage({ parentElement, data }) {
  const chart = thing(charts, data.name, Chart);
  const element = child(parentElement, "live-chart");
  if (chart.element !== element) chart.mount(element, data.name);
  chart.setStage(data);
  if (data.shows) chart.update(data.shows);
}

/** @param {Component<import("messages").Diagram>} component */
export function mountDiagram({ parentElement, data }) {
  thing(diagrams, data.name, NetworkDiagram).mount(child(parentElement, "network"), data);
}

/** @param {Component<{ name: string }>} component */
export function mountGallery({ parentElement, data }) {
  thing(galleries, data.name, GalleryCells).mount(child(parentElement, "gallery"), data.name);
}

/** @param {Component<null>} component */
export function mountTimeLine({ parentElement }) {
  timeLine.mount(child(parentElement, "time-line"));
}

/** @param {Component<{ link: string }>} component */
export function mountLink({ parentElement, data }) {
  showLink(child(parentElement, "shared-link"), data.link);
}

let running = false; // at the last update
let received = 0; // updates
/** @type {{ run: number, iteration: number } | undefined} */
let shown; // by the last update, if the page can pause there
let stoppedAt = -Infinity;
let pausing = 0; // number of the message that pauses the run at what is shown
/** @param {Component<Uint8Array>} component */
export function update({ parentElement, data, setTriggerValue }) {
  const message = unpack(data);
  const { session, page } = outbox.mark ?? message;
  if (message.session !== session) noticeLoss("The server has lost this session", whatIsLost);
  noticeLoss("The page was reloaded", lostByReload);
  lostByReload = "";
  whatIsLost = message.what_is_lost;
  if (message.page !== page) stoppedAt = -Infinity;
  outbox.connect(message, (packet) => {
    if (parentElement.isConnected) setTriggerValue("messages", packet);
  });
  // Updates that were on their way when Pause, Reset or the like was pressed are not drawn.
  if (!message.time && performance.now() - stoppedAt < STOPPING_MS) return;
  if (outbox.isWaiting(pausing)) return;
  received += 1;
  running = !message.time;
  const { run, handles } = message, isOpen = outbox.snapshot();
  if (isLate(message.sent) && handles.includes("slow")) outbox.add("slow", {});
  const [iteration = 0] = Object.values(message.charts).map((change) => change.iteration);
  shown = handles.includes("pause") ? { run, iteration } : undefined;
  for (const [name, change] of Object.entries(message.charts)) {
    const { network, gallery } = change;
    if (network) thing(diagrams, name, NetworkDiagram).update({ ...change, network, isOpen });
    else if (gallery) thing(galleries, name, GalleryCells).update({ ...change, gallery });
    else thing(charts, name, Chart).update(change, { running, run });
  }
  timeLine.update(message.time);
}

document.addEventListener("click", ({ target }) => {
  const stops = running && stopsUpdates(target);
  if (stops === "pause" && shown) {
    pausing = outbox.add("pause", shown);
    for (const chart of charts.values()) chart.finish();
  } else if (stops) {
    stoppedAt = performance.now();
    for (const chart of charts.values()) chart.frames = [];
  }
}, { capture: true });

let quickest = Infinity; // ms that the quickest update took, plus the difference of the clocks
let askedAt = 0;
/** @param {number} sent seconds */
function isLate(sent) {
  const took = Date.now() - 1000 * sent;
  quickest = Math.min(quickest, took);
  if (took - quickest < LATE_MS || performance.now() - askedAt < ASK_AGAIN_MS) return false;
  askedAt = performance.now();
  return true;
}

// What the server keeps for this session, in words. A restart of the server or a reload of the page
// loses it.
let whatIsLost = "";
const STORED_LOSS = "nnlab: lost with a reload";
const [visit] = performance.getEntriesByType("navigation");
const before = sessionStorage.getItem(STORED_LOSS) ?? "";
sessionStorage.removeItem(STORED_LOSS);
let lostByReload = /** @type {any} */ (visit)?.type === "reload" ? before : "";
addEventListener("pagehide", () => sessionStorage.setItem(STORED_LOSS, whatIsLost));

/**
 * @param {string} why
 * @param {string} lost
 */
function noticeLoss(why, lost) {
  if (!lost) return;
  const text = `${why}, so ${lost} is lost. Press Start to train again with the same settings.`;
  const notice = make("div", "lost", text, { role: "alert" });
  document.body.append(notice);
  for (const event of ["pointerdown", "keydown"]) {
    addEventListener(event, () => notice.remove(), { once: true, capture: true });
  }
}

listenToKeys(() => received);
hideRestingPointer();
followFullScreen();
await new Promise((resolve) => { // nothing is drawn without its style
  const link = document.createElement("link");
  Object.assign(link, { rel: "stylesheet", onload: resolve, onerror: resolve });
  link.href = String(new URL("./live_chart.css", import.meta.url));
  document.head.append(link);
});
