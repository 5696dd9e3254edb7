// The link that Share gives: a text, and a button that copies it.

import { make } from "./dom.js";

/**
 * @param {HTMLElement} place
 * @param {string} link
 */
export function showLink(place, link) {
  if (place.querySelector("code")?.textContent === link) return; // what was said is still true
  const said = make("output"), text = make("code", "", link);
  const button = make("button", "", "Copy link", { type: "button" });
  button.onclick = async () => {
    getSelection()?.selectAllChildren(text);
    said.textContent = await copy(link) ? "Copied" : "Selected: press Ctrl+C or ⌘C";
  };
  place.replaceChildren(button, said, text);
}

/** @param {string} selected */
async function copy(selected) {
  try {
    await navigator.clipboard.writeText(selected);
    return true;
  } catch { // without https there is no such clipboard, but the older way
    return document.execCommand("copy");
  }
}
