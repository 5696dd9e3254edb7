"""The texts that one sees on a page, and their sizes."""

from playwright.sync_api import Page

from nnlab.figures.style import TEXT

# The texts that one sees: each with its size in pixels, and whether the window cuts it
TEXTS = """(skipped) => {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), found = [];
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement, range = document.createRange();
    range.selectNodeContents(walker.currentNode);
    const { width, height, left, right, top, bottom } = range.getBoundingClientRect();
    const text = walker.currentNode.data.trim();
    const isHidden = !element.checkVisibility({ opacityProperty: true, visibilityProperty: true });
    const isSkipped = element.closest([
      'style, script, [data-testid=stSkipToContent]', ...skipped]);
    if (!text || !width || !height || isHidden || isSkipped) continue;
    const size = parseFloat(getComputedStyle(element).fontSize) * element.currentCSSZoom;
    const isCut = left < 0 || top < 0 || right > innerWidth || bottom > innerHeight;
    found.push([text, size, isCut]);
  }
  return found;
}"""


def texts(page: Page) -> dict[str, tuple[float, bool]]:
    """Return the texts that one sees: each with its size in pixels, and whether it is cut."""
    return {text: (size, is_cut) for text, size, is_cut in page.evaluate(TEXTS, [])}


# What is smaller by its nature, or not ours to change
SMALLER = [
    ".katex, sub, sup",  # the indices and exponents of a formula
    ".axis-extent-text",  # hidden on purpose: the ends of parallel coordinates, 1 pixel high
    "tspan[style*='font-size:70%']",  # Plotly's exponents
    # Plotly's digits between the powers of ten on a logarithmic axis
    *(f"text[data-unformatted='{digit}']" for digit in range(2, 10)),
]


def small_texts(page: Page) -> dict[str, float]:
    """Return the texts that are smaller than TEXT, with their sizes in pixels."""
    found = page.evaluate(TEXTS, SMALLER)
    return {text: size for text, size, _ in found if size < TEXT - 0.01}
