// Sends the text of the editor a moment after the last key, as Streamlit does when a field loses the
// focus. A plain script.
if (!document.body.dataset.sendsTyped) {
  document.body.dataset.sendsTyped = "true";
  let timer = 0;
  document.addEventListener("input", ({ target }) => {
    if (!(target instanceof HTMLTextAreaElement) || !target.closest(".st-key-lesson_text")) return;
    clearTimeout(timer);
    timer = window.setTimeout(() => {
      target.dispatchEvent(new FocusEvent("focusout", { bubbles: true }));
    }, 500);
  });
}
