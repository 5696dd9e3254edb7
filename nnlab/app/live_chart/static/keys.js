// The page's keys, for buttons of these keys or, on Explore, with `compare_` or `sweep_` before them.
// Streamlit's own shortcuts cannot be R, and would change the buttons' names.
const KEYS = {
  " ": ["start", "pause"], ArrowRight: ["step"], "Shift+ArrowRight": ["step_tick"], r: ["reset"],
};
const PREFIXES = ["", "compare_", "sweep_"]; // the first with a button
const FIELDS = "input, textarea, select, button, summary, canvas, [role=slider], [role=radiogroup], "
  + "[role=listbox]";
const PRESSED = "button, summary, [role=radiogroup] *";

function find(names) {
  for (const prefix of PREFIXES) {
    const button = document.querySelector(
      names.map((name) => `.st-key-${prefix}${name} button`).join(),
    );
    if (button) return button;
  }
  return null;
}

// Says whether a sweep has ended: Start would then replace its results, for which a key is too
// easily pressed.
const hasEnded = (button) => Boolean(
  button.closest(".st-key-sweep_start")
    && document.querySelector(".st-key-sweep_cancel button:disabled")
    && document.querySelector(".st-key-live .stProgress"),
);

// `updates` returns a value that changes whenever the page has drawn something new.
export function listenToKeys(updates) {
  let actedAt; // the value of `updates` when a key last acted

  document.addEventListener("keydown", (event) => {
    const key = (event.key === "ArrowRight" && event.shiftKey ? "Shift+" : "") + event.key;
    const names = KEYS[key] ?? KEYS[key.toLowerCase()];
    const focused = event.target.closest?.(FIELDS);
    // A focused button keeps the space key, all other fields keep every key.
    const plain = focused?.matches("button, summary") && !focused.closest("[role=radiogroup], .units");
    if (!names || (focused && !(plain && key !== " "))) return;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const button = find(names);
    if (!button) return;
    event.preventDefault();
    event.stopImmediatePropagation(); // R would rerun Streamlit's script
    // A held key steps as fast as the page follows: a press would cut off the one before.
    if (event.repeat && (!names[0].startsWith("step") || actedAt === updates())) return;
    actedAt = updates();
    if (!hasEnded(button)) button.click();
  }, { capture: true });

  // Space after a click with the mouse means Start or Pause, not the same button once more.
  document.addEventListener("click", (event) => {
    if (!event.detail) return;
    setTimeout(() => {
      const { activeElement } = document;
      if (activeElement?.matches(PRESSED)) activeElement.blur();
    });
  }, { capture: true });
}
