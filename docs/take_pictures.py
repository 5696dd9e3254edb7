"""Take the README's pictures of the page.

    .venv/bin/python -m docs.take_pictures

Needs tests/requirements.txt and Chromium.
"""

import math
import re
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page

from tests.helpers.chromium import chromium
from tests.helpers.server import serving

FOLDER = Path(__file__).parent
PROJECTOR = {"width": 1366, "height": 768}
FRAMES = (*range(200, 1000, 400), *range(1000, 20_000, 300), 20_000)  # iterations
SWEEP = "&".join(
    [
        "axis1=learning_rate:0.001..1 log 7",
        "axis2=hidden_layers:2; 4; 8; 16; 32",
        "optimizer=adam",
        "iterations=1000",
    ]
)


def playground(browser: Browser, address: str, scheme: str) -> None:
    """Take a moving picture of the article's run, from Start until the boundary has closed.

    The pictures are taken at the iterations of FRAMES, as far as this machine keeps up, and shown
    at equal intervals.
    """
    page = browser.new_page(viewport=PROJECTOR, color_scheme=scheme)
    page.goto(f"http://{address}/?speed=100")
    page.wait_for_selector("[data-live-chart=loss-curve][data-iteration]")
    page.wait_for_timeout(1000)
    frames = [_frame(page)] * 6
    page.keyboard.press(" ")
    for iteration in FRAMES:
        page.wait_for_function(
            "at => document.querySelector('[data-live-chart=loss-curve]').dataset.iteration >= at",
            arg=iteration,
            timeout=120_000,
        )
        frames.append(_frame(page))
    page.close()
    first, *others = frames
    first.save(
        FOLDER / f"playground-{scheme}.webp",
        save_all=True,
        append_images=others,
        duration=[100] * (len(frames) - 1) + [3000],
        loop=0,
        quality=60,
        method=6,
    )


def _frame(page: Page) -> Image.Image:
    picture = Image.open(BytesIO(page.screenshot()))
    return picture.convert("RGB").resize((1024, 576), Image.Resampling.LANCZOS)


def panel(browser: Browser, address: str, name: str, query: str, at_least: int) -> None:
    """Take a picture of a panel, of a paused run, on a screen with room for it."""
    page = browser.new_page(viewport={"width": 1500, "height": 1000})
    page.goto(f"http://{address}/?speed=100&panel={name}&{query}")
    page.wait_for_selector("[data-live-chart=loss-curve][data-iteration]")
    page.keyboard.press(" ")
    page.wait_for_function(
        "least => document.querySelector('[data-live-chart=loss-curve]').dataset.iteration > least",
        arg=at_least,
        timeout=120_000,
    )
    page.keyboard.press(" ")
    page.get_by_role("button", name="Start", exact=True).wait_for()
    page.wait_for_timeout(2000)
    place = page.locator(f".st-key-panel_{name}").bounding_box()
    assert place
    frame = page.locator(".st-key-panel_place").bounding_box()
    assert frame
    height = min(place["height"], frame["y"] + frame["height"] - place["y"])
    page.screenshot(path=FOLDER / f"panel-{name}.png", clip={**place, "height": height})
    page.close()


def explore(browser: Browser, address: str) -> None:
    """Take a picture of the gallery of a finished sweep over learning rate and width."""
    page = browser.new_page(viewport=PROJECTOR)
    page.goto(f"http://{address}/explore?{SWEEP}")
    page.get_by_text(re.compile("35 runs")).first.wait_for(timeout=60_000)
    page.get_by_role("button", name="Start", exact=True).first.click()
    page.get_by_text(re.compile("35 of 35 runs")).wait_for(timeout=300_000)
    page.mouse.move(5, 5)
    page.wait_for_timeout(2000)
    page.screenshot(path=FOLDER / "explore.png")
    page.close()


def own_points(browser: Browser, address: str) -> None:
    """Take a picture of a boundary between hand-drawn points."""
    page = browser.new_page(viewport=PROJECTOR)
    page.goto(
        f"http://{address}/?dataset=own&speed=100&optimizer=adam&activation=tanh&iterations=3000"
        "&panel=none"
    )
    page.wait_for_selector("[data-live-chart=decision-boundary][data-iteration]")
    box = page.locator("[data-live-chart=decision-boundary] .bglayer").bounding_box()
    assert box

    def at(x: float, y: float) -> tuple[float, float]:
        return box["x"] + box["width"] * x, box["y"] + box["height"] * y

    page.get_by_text("Add blue", exact=True).click()
    brush = page.locator(".brush")
    brush.wait_for()
    for shift, turn in ((False, 0.0), (True, math.pi)):
        if shift:
            page.keyboard.down("Shift")
        page.mouse.move(*at(0.5 + 0.06 * math.cos(turn), 0.5 + 0.06 * math.sin(turn)))
        page.mouse.down()
        for step in range(1, 60):
            angle, radius = turn + step / 15, 0.06 + step / 170
            page.mouse.move(
                *at(0.5 + radius * math.cos(angle), 0.5 + radius * math.sin(angle)), steps=2
            )
        page.mouse.up()
        page.wait_for_timeout(1000)
        page.keyboard.up("Shift")
    page.keyboard.press(" ")
    page.get_by_text("Done.").wait_for(timeout=120_000)
    page.wait_for_timeout(500)
    chart = page.locator("[data-live-chart=decision-boundary]").bounding_box()
    assert chart
    page.screenshot(
        path=FOLDER / "own-points.png",
        clip={**chart, "y": chart["y"] - 44, "height": chart["height"] + 44},
    )
    page.close()


if __name__ == "__main__":
    with serving() as (address, _), chromium() as browser:
        for scheme in ("light", "dark"):
            playground(browser, address, scheme)
        own_points(browser, address)
        panel(browser, address, "layers", "optimizer=adam", 2000)
        panel(browser, address, "step", "hidden_layers=4", 100)
        explore(browser, address)
