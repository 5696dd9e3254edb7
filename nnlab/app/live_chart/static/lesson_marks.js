// Keeps in this browser which lessons are done, and marks them in the list. A plain script.
{
  const KEY = "nnlab-lessons-done";
  let done = [];
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) ?? "[]");
    if (Array.isArray(kept)) done = kept;
    for (const element of document.querySelectorAll("[data-lesson-done]")) {
      const name = element instanceof HTMLElement ? element.dataset.lessonDone : "";
      if (name && !done.includes(name)) done.push(name);
    }
    localStorage.setItem(KEY, JSON.stringify(done));
  } catch { /* the browser keeps nothing for this page */ }
  for (const element of document.querySelectorAll("[data-lesson]")) {
    if (element instanceof HTMLElement && done.includes(element.dataset.lesson)) {
      element.dataset.done = "";
      const offer = element.closest(".st-key-tour_offer");
      if (offer instanceof HTMLElement) offer.style.display = "none";
    }
  }
}
