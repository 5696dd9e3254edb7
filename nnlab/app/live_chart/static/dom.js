// What the modules share: functions for elements, and for messages that wait for their pictures.

/**
 * Makes an element.
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {string} [className]
 * @param {string} [text]
 * @param {Record<string, string>} [attributes]
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function make(tag, className = "", text = "", attributes = {}) {
  const element = document.createElement(tag);
  element.className = className;
  element.textContent = text;
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}

/**
 * Returns the first element that matches a selector; there must be one.
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {ParentNode} parent
 * @param {Tag} tag
 * @param {string} [selector] what follows the tag
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function find(parent, tag, selector = "") {
  const element = parent.querySelector(`${tag}${selector}`);
  if (!element) throw new Error(`No ${tag}${selector} on the page`);
  return /** @type {HTMLElementTagNameMap[Tag]} */ (element);
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {CanvasRenderingContext2DSettings} [settings]
 */
export function penOf(canvas, settings) {
  return /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d", settings));
}

/**
 * Removes the newest message whose picture is decoded, and all before it; returns that message.
 * @template Message
 * @param {Message[]} arrived
 * @param {(message: Message) => boolean} isDecoded
 */
export function takeNewest(arrived, isDecoded) {
  return arrived.splice(0, arrived.findLastIndex(isDecoded) + 1).at(-1);
}
