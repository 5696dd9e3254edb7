// The page's keys, which press its buttons. The server says which key presses which button:
// Streamlit's own shortcuts cannot be R, and would change the names of the buttons.

import { isForCrosshair } from "./crosshair.js";
import { make } from "./dom.js";

const FIELDS = "input, textarea, select, button, summary, canvas, [role=slider], [role=radiogroup], "
  + "[role=listbox]";
const SLIDES = /^(Arrow|Home$|End$|Page)/; // keys that move a slider
const PRESSED = "button, summary, [role=radiogroup] *";

/** @type {import("messages").Keys} */
let keys = { presses: {}, chooses: {}, stops: [], names: {}, labels: {}, others: [] };
const list = make("dialog", "keys", "", { "aria-label": "Keys" });
list.onclick = () => list.close();
const opener = make("button", "", "? Keys", { type: "button", title: "Show the keys" });
opener.onclick = ({ detail }) => {
  if (detail) opener.blur(); // else it gets the focus back from the list, and space would press it
  showKeys();
};

/** @param {import("./live_chart.js").Component<import("messages").Keys>} component */
export function setKeys({ data, parentElement }) {
  keys = data;
  const place = parentElement.querySelector(".keyboard");
  if (list.parentElement !== place) place?.replaceChildren(opener, list);
}

/**
 * Returns the buttons that a key may press, as far as they are on the page.
 * @param {string[]} names
 */
const buttonsOf = (names) => names.flatMap((name) => {
  const button = document.querySelector(`.st-key-${name} button`);
  return button instanceof HTMLElement ? [{ name, button }] : [];
});

/**
 * Returns what a key clicks, if it is on the page.
 * @param {string} key
 */
function buttonOf(key) {
  const choice = keys.chooses[key] && document.querySelector(keys.chooses[key]);
  if (choice instanceof HTMLElement) return choice;
  const names = keys.presses[key] ?? keys.presses[key.toLowerCase()] ?? [];
  return buttonsOf(names)[0]?.button;
}

// Shows what the keys do at this moment.
function showKeys() {
  const rows = Object.entries(keys.presses).flatMap(([key, names]) => (
    buttonsOf(names).slice(0, 1).map(({ name }) => [keys.names[key], keys.labels[name]])
  ));
  const close = make("button", "", "Close", { type: "button" });
  list.replaceChildren(make("h2", "", "Keys"), ...[...rows, ...keys.others, ["?", "Show the keys"]].map((row) => {
    const line = make("p");
    line.append(make("kbd", "", row[0]), row[1]);
    return line;
  }), close);
  list.showModal();
}

/**
 * Returns the name of the button that a click there presses, if updates on their way are not drawn
 * after it.
 * @param {EventTarget | null} target
 */
export function stopsUpdates(target) {
  return keys.stops.find((name) => target instanceof Element && target.closest(`.st-key-${name}`));
}

/** @param {() => unknown} updates returns a value that changes with every update of the page */
export function listenToKeys(updates) {
  /** @type {unknown} */
  let actedAt; // the value of `updates` when a key last acted
  let clicked = false; // whether what the mouse has clicked may still have the focus

  function leaveClicked() {
    const { activeElement } = document;
    const isPressed = activeElement instanceof HTMLElement && activeElement.matches(PRESSED);
    if (clicked && isPressed) activeElement.blur();
    clicked = false;
  }

  document.addEventListener("keydown", (event) => {
    leaveClicked();
    const key = (event.key === "ArrowRight" && event.shiftKey ? "Shift+" : "") + event.key;
    const button = buttonOf(key);
    const focused = document.activeElement?.closest(FIELDS) ?? null;
    // A focused button keeps the space key, all other fields keep every key.
    const plain = focused?.matches("button, summary") && !focused.closest("[role=radiogroup], .units");
    const slides = focused?.matches("[type=range]") && !SLIDES.test(key);
    if (!button && key !== "?") return; // space then scrolls the page
    if (focused && !slides && !(plain && key !== " ")) return;
    if (event.ctrlKey || event.metaKey || event.altKey || list.open || isForCrosshair(event)) return;
    if (!button) return showKeys();
    event.preventDefault();
    event.stopImmediatePropagation(); // R would rerun Streamlit's script
    // While an arrow is held, wait for the page: a new press would interrupt the last one.
    if (event.repeat && (!event.key.startsWith("Arrow") || actedAt === updates())) return;
    actedAt = updates();
    button.click();
  }, { capture: true });

  // The Tab key enters a group of choices at the chosen one.
  document.addEventListener("focusin", ({ target, relatedTarget }) => {
    if (!(target instanceof HTMLElement) || !target.matches("[role=radio]:focus-visible")) return;
    const group = target.closest("[role=radiogroup]");
    if (relatedTarget instanceof Node && group?.contains(relatedTarget)) return;
    const chosen = group?.querySelector("[aria-checked=true]");
    if (chosen instanceof HTMLElement) chosen.focus();
  });

  // After a click with the mouse, space means Start or Pause, not the same button again, even if the
  // key comes before the timer, which fires only after the click has been handled.
  document.addEventListener("click", (event) => {
    if (!event.detail) return;
    clicked = true;
    setTimeout(leaveClicked);
  }, { capture: true });
}
