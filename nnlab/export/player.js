// Plays the frames of a replay: the map of the plane, the cursor on the loss curve, the numbers.
/**
 * @typedef {object} Frame
 * @property {string} iteration
 * @property {string} numbers
 * @property {number} x in percent, from the left
 * @property {number | null} y in percent, from the top; null without a loss
 * @property {string} picture a PNG, in base64
 */

const FRAME_MILLISECONDS = 66; // from one frame to the next
const element = (/** @type {string} */ id) => /** @type {HTMLElement} */ (document.getElementById(id));
const slider = /** @type {HTMLInputElement} */ (element("at"));
const canvas = /** @type {HTMLCanvasElement} */ (element("map"));
/** @type {Frame[]} */
const frames = JSON.parse(element("frames").textContent ?? "");
const pictures = frames.map(({ picture }) => {
  const image = new Image();
  image.onload = () => show(); // the one of the present frame may be late
  image.src = `data:image/png;base64,${picture}`;
  return image;
});
let timer = 0;

function show() {
  const at = Number(slider.value), { iteration, numbers, x, y } = frames[at];
  const set = (/** @type {string} */ id, /** @type {Record<string, number | null>} */ places) =>
    Object.entries(places).forEach(([name, value]) => element(id).setAttribute(name, `${value}%`));
  canvas.getContext("2d")?.drawImage(pictures[at], 0, 0);
  element("iteration").textContent = `iteration ${iteration}`;
  element("numbers").textContent = numbers;
  for (const id of ["stem", "cursor"]) element(id).style.display = y === null ? "none" : "";
  set("stem", { x1: x, x2: x, y1: y });
  set("cursor", { cx: x, cy: y });
  // A screen reader could not follow a replay.
  if (!timer) slider.setAttribute("aria-valuetext", `iteration ${iteration}, ${numbers}`);
}

function pause() {
  clearInterval(timer);
  timer = 0;
  element("play").textContent = "Play";
  show();
}

function play() {
  if (Number(slider.value) === frames.length - 1) slider.value = "0";
  element("play").textContent = "Pause";
  timer = window.setInterval(() => {
    slider.value = String(Number(slider.value) + 1);
    if (Number(slider.value) === frames.length - 1) pause();
    else show();
  }, FRAME_MILLISECONDS);
  show();
}

const toggle = () => (timer ? pause() : play());
element("play").onclick = toggle;
slider.oninput = pause;
document.onkeydown = (event) => {
  if (event.key !== " " || event.target === element("play")) return; // a button has this key itself
  event.preventDefault();
  if (!event.repeat) toggle();
};
show();
export {}; // otherwise the type checker would treat its names as global
