// Presenting fills the screen, where the browser allows it, and a pointer that rests is hidden.

const REST_MS = 3000; // until a pointer that does not move is hidden; the page's style says where

/**
 * Returns the button of this name that Streamlit has drawn, if it is on the page.
 * @param {string} name
 */
const button = (name) => document.querySelector(`.st-key-${name} button`);

export function hideRestingPointer() {
  const root = document.documentElement;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  let at = "";
  const wake = () => {
    root.classList.remove("resting");
    clearTimeout(timer);
    timer = setTimeout(() => root.classList.add("resting"), REST_MS);
  };
  wake();
  document.addEventListener("pointermove", ({ clientX, clientY }) => {
    const now = `${clientX} ${clientY}`; // browsers also send the event if the page changes under it
    if (now !== at) wake();
    at = now;
  }, { capture: true });
}

export function followFullScreen() {
  // A click on the button is a user's gesture, and so is the key that clicks it.
  document.addEventListener("click", ({ target }) => {
    if (!(target instanceof Element)) return;
    if (button("present")?.contains(target)) {
      document.documentElement.requestFullscreen?.().catch(() => {}); // some browsers and frames do not allow it
    } else if (button("end_presenting")?.contains(target) && document.fullscreenElement) {
      document.exitFullscreen();
    }
  }, { capture: true });
  // In full screen, the browser keeps Escape for itself.
  document.addEventListener("fullscreenchange", () => {
    const leave = button("end_presenting");
    if (!document.fullscreenElement && leave instanceof HTMLElement) leave.click();
  });
}
