// The page's keys, which press its buttons. The server says which: Streamlit's own shortcuts cannot
// be R, and would change the buttons' names.
const FIELDS = "input, textarea, select, button, summary, canvas, [role=slider], [role=radiogroup], "
  + "[role=listbox]";
const PRESSED = "button, summary, [role=radiogroup] *";

/** @type {import("messages").Keys} */
let keys = {};

/** @param {{ data: import("messages").Keys }} component */
export function setKeys({ data }) {
  keys = data;
}

/** @param {() => unknown} updates a value that changes whenever the page has drawn something new */
export function listenToKeys(updates) {
  /** @type {unknown} */
  let actedAt; // the value of `updates` when a key last acted

  document.addEventListener("keydown", (event) => {
    const key = (event.key === "ArrowRight" && event.shiftKey ? "Shift+" : "") + event.key;
    const names = keys[key] ?? keys[key.toLowerCase()];
    const focused = event.target instanceof Element ? event.target.closest(FIELDS) : null;
    // A focused button keeps the space key, all other fields keep every key.
    const plain = focused?.matches("button, summary") && !focused.closest("[role=radiogroup], .units");
    if (!names || (focused && !(plain && key !== " "))) return;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopImmediatePropagation(); // R would rerun Streamlit's script
    // A held arrow steps as fast as the page follows: a press would cut off the one before.
    if (event.repeat && (!event.key.startsWith("Arrow") || actedAt === updates())) return;
    actedAt = updates();
    for (const name of names) {
      const button = document.querySelector(`.st-key-${name} button`);
      if (button instanceof HTMLElement) return button.click();
    }
  }, { capture: true });

  // Space after a click with the mouse means Start or Pause, not the same button once more.
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
