// The page's keys, for buttons of these keys or, on Explore, with `sweep_` before them. Streamlit's
// own shortcuts cannot be R, and would change the buttons' names.
const KEYS = {
  " ": ["start", "pause"], ArrowRight: ["step"], "Shift+ArrowRight": ["step_tick"], r: ["reset"],
};
const FIELDS = "input, textarea, select, button, summary, [role=slider], [role=radiogroup], [role=listbox]";
const PRESSED = "button, summary, [role=radiogroup] *";

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
    const button = document.querySelector(names.map((name) => (
      `:is(.st-key-${name}, .st-key-sweep_${name}) button`
    )).join());
    if (!button) return;
    event.preventDefault();
    event.stopImmediatePropagation(); // R would rerun Streamlit's script
    // A held key steps as fast as the page follows: a press would cut off the one before.
    if (event.repeat && (!names[0].startsWith("step") || actedAt === updates())) return;
    actedAt = updates();
    button.click();
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
