// The page's keys, which press its buttons. The server says which key presses which button:
// Streamlit's own shortcuts cannot be R, and would change the names of the buttons.
const FIELDS = "input, textarea, select, button, summary, canvas, [role=slider], [role=radiogroup], "
  + "[role=listbox]";
const PRESSED = "button, summary, [role=radiogroup] *";

/** @type {import("messages").Keys} */
let keys = { presses: {}, stops: [] };

/** @param {{ data: import("messages").Keys }} component */
export function setKeys({ data }) {
  keys = data;
}

/**
 * Says whether a click there presses a button after which updates on their way are not drawn.
 * @param {EventTarget | null} target
 */
export function stopsUpdates(target) {
  return target instanceof Element && keys.stops.some((name) => target.closest(`.st-key-${name}`));
}

/** @param {() => unknown} updates returns a value that changes with every update of the page */
export function listenToKeys(updates) {
  /** @type {unknown} */
  let actedAt; // the value of `updates` when a key last acted

  document.addEventListener("keydown", (event) => {
    const key = (event.key === "ArrowRight" && event.shiftKey ? "Shift+" : "") + event.key;
    const names = keys.presses[key] ?? keys.presses[key.toLowerCase()];
    const focused = event.target instanceof Element ? event.target.closest(FIELDS) : null;
    // A focused button keeps the space key, all other fields keep every key.
    const plain = focused?.matches("button, summary") && !focused.closest("[role=radiogroup], .units");
    if (!names || (focused && !(plain && key !== " "))) return;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const buttons = names.map((name) => document.querySelector(`.st-key-${name} button`));
    const button = buttons.find((found) => found instanceof HTMLElement);
    if (!button) return; // space then scrolls the page
    event.preventDefault();
    event.stopImmediatePropagation(); // R would rerun Streamlit's script
    // While an arrow is held, wait for the page: a new press would interrupt the last one.
    if (event.repeat && (!event.key.startsWith("Arrow") || actedAt === updates())) return;
    actedAt = updates();
    button.click();
  }, { capture: true });

  // After a click with the mouse, space means Start or Pause, not the same button again.
  document.addEventListener("click", (event) => {
    if (!event.detail) return;
    setTimeout(() => {
      const { activeElement } = document;
      if (activeElement instanceof HTMLElement && activeElement.matches(PRESSED)) {
        activeElement.blur();
      }
    });
  }, { capture: true });
}
