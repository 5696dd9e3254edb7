// What the modules share: elements and styles of the page, and messages that wait for a picture.

export function addStyle(css) {
  const style = document.createElement("style");
  style.textContent = css;
  document.head.append(style);
}

export function make(tag, className = "", text = "", attributes = {}) {
  const element = document.createElement(tag);
  element.className = className;
  element.textContent = text;
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}

// Takes the newest message whose picture is decoded out of those that have come, and all before it.
export function takeNewest(arrived, isDecoded) {
  return arrived.splice(0, arrived.findLastIndex(isDecoded) + 1).at(-1);
}
