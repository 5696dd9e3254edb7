"""The page saves the run as it is, and the replay plays in any browser without a network."""

import io
import json
import re
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, Locator, Page, expect
from streamlit.testing.v1 import AppTest

from nnlab import Config, Run, advance, evaluate, rewind, set_parameter, start
from nnlab.data.points import Points, encode
from nnlab.export.replay import moments, replay
from nnlab.export.script import script
from nnlab.figures.plane_picture import png
from nnlab.figures.style import DARK, LIGHT
from nnlab.inspection.next_update import make_step
from nnlab.inspection.plane_levels import LEVELS
from nnlab.inspection.plane_view import view_plane
from tests.helpers.app_page import change, healthy, open_playground, run_of, step_tick
from tests.helpers.app_page import enter as enter_in_app
from tests.helpers.app_page import press as press_in_app
from tests.helpers.browser_page import (
    PATIENCE,
    button,
    close_popover,
    download,
    numbers,
    open_page,
    press,
    settled,
    shown,
    wait_for_iteration,
    wait_in,
)
from tests.helpers.diagram_page import editor, middle

LINK = "speed=100&samples=100&learning_rate=0.3"
CONFIG = Config(samples=100, learning_rate=0.3)
RUN = advance(start(CONFIG), 300)
REPLAY = replay(RUN, "A run", "cross-entropy", log=False, axes=("x1", "x2"))
SAVING = ("save_html", "save_animation", "save_parameters", "save_script")


def play(page: Page, html: str, folder: Path) -> None:
    """Open a replay from the disk."""
    file = folder / "replay.html"
    file.write_text(html, encoding="utf-8")
    page.goto(file.as_uri())


def expect_picture(page: Page, run: Run) -> None:
    """Expect a run's boundary under the points, in shades of grey that a filter colours."""
    grey = np.rint(view_plane(run).levels * (255 / (LEVELS - 1))).ravel().tolist()
    pixels = """Array.from(document.querySelector("#map").getContext("2d")
      .getImageData(0, 0, 100, 100).data.filter((_, at) => at % 4 === 0))"""
    wait_in(page, lambda: page.evaluate(pixels) == grey)


def slide(page: Page, share: float) -> None:
    """Press the mouse on the slider, at a fraction of its length."""
    box = page.get_by_role("slider").bounding_box()
    assert box
    page.mouse.click(box["x"] + 1 + share * (box["width"] - 2), box["y"] + box["height"] / 2)


def label(page: Page) -> Locator:
    return page.locator("#iteration")


def at_rest(page: Page) -> int:
    """Wait until a replay has stopped, at its end at the latest; return its iteration.

    It has stopped when the page has drawn 30 frames in more than a second and none has changed it.
    """
    return page.evaluate(
        """() => new Promise((done) => {
          const said = () => document.querySelector("#iteration").textContent;
          let [text, since, frames] = [said(), performance.now(), 0];
          const look = (now) => {
            if (said() !== text) [text, since, frames] = [said(), now, 0];
            frames += 1;
            if (frames < 30 || now < since + 1000) requestAnimationFrame(look);
            else done(Number(text.replace("iteration ", "").replaceAll(",", "")));
          };
          requestAnimationFrame(look);
        })"""
    )


def test_what_is_saved_in_a_pause_is_the_runs_own(
    page: Page, server: str, offline: Page, tmp_path: Path
) -> None:
    open_page(page, server, LINK)
    press(page, "Start")
    wait_for_iteration(page, 300)
    press(page, "Save")
    expect(page.get_by_text("Pause to save.")).to_be_visible()
    expect(page.get_by_role("button", name="Replay (.html)")).to_have_count(0)
    close_popover(page)
    press(page, "Pause")
    # What the server still says of the popover as it was would close the one opened now.
    expect(button(page, "Start")).to_be_visible()
    at = settled(page)
    run = advance(start(CONFIG), at)
    press(page, "Save")
    with Image.open(download(page, "Animation (.gif)")) as image:
        assert image.n_frames == len(moments(run))
    with np.load(download(page, "Parameters (.npz)"), allow_pickle=False) as saved:
        np.testing.assert_array_equal(saved["weights_2"], run.parameters.weights[1])
        assert saved["iteration"] == at
        assert json.loads(str(saved["config"]))["learning_rate"] == "0.3"
    source = download(page, "Script (.py)").read_text(encoding="utf-8")
    assert source == script(CONFIG)
    html = download(page, "Replay (.html)").read_text(encoding="utf-8")
    play(offline, html, tmp_path)
    title = f"2-10-5-1 on Circles at iteration {at}: training loss"
    expect(offline).to_have_title(re.compile(title))
    expect(label(offline)).to_have_text(f"iteration {at:,}")
    expect_picture(offline, run)


def test_a_replay_plays_from_disk_without_a_network(offline: Page, tmp_path: Path) -> None:
    play(offline, REPLAY, tmp_path)
    expect(label(offline)).to_have_text("iteration 300")
    expect_picture(offline, RUN)
    expect(offline.locator("g.train circle")).to_have_count(100)
    expect(offline.locator("g.test circle")).to_have_count(100)
    offline.evaluate(
        """() => {
          window.frames_seen = [];
          const said = document.querySelector("#iteration");
          const see = () => window.frames_seen.push(Number(said.textContent.split(" ")[1]));
          new MutationObserver(see).observe(said, { childList: true });
        }"""
    )
    offline.get_by_text("Play", exact=True).click()
    offline.wait_for_function("window.frames_seen.length > 5")
    offline.get_by_text("Pause", exact=True).click()
    iterations = [shot.iteration for shot in moments(RUN)]
    expect(label(offline)).to_have_text(re.compile("iteration [0-9]+$"))
    stopped = at_rest(offline)
    seen = offline.evaluate("window.frames_seen")
    seen = list(dict.fromkeys(seen))  # Pause writes its iteration again
    assert seen == iterations[: len(seen)]  # each of them, in order, and Pause has stopped it
    assert 0 < stopped == seen[-1]
    expect_picture(offline, rewind(RUN, stopped))

    slide(offline, 0)
    expect(label(offline)).to_have_text("iteration 0")
    expect_picture(offline, rewind(RUN, 0))
    slide(offline, 1)
    expect(label(offline)).to_have_text("iteration 300")
    expect_picture(offline, RUN)


def test_the_replay_can_be_used_and_read_by_keyboard(offline: Page, tmp_path: Path) -> None:
    play(offline, REPLAY, tmp_path)
    expect(label(offline)).to_have_text("iteration 300")
    plot = offline.get_by_role("slider", name="Moment of the run")
    expect(plot).to_be_focused()
    frames = moments(RUN)

    def at(index: int) -> None:
        shot, loss = frames[index], evaluate(frames[index]).train_loss
        expect(label(offline)).to_have_text(f"iteration {shot.iteration}")
        expect(plot).to_have_attribute("aria-valuetext", re.compile(f"iteration {shot.iteration},"))
        text = plot.get_attribute("aria-valuetext") or ""
        iteration, shown = re.fullmatch(r"iteration (\d+), training loss ([^ ]*) .*", text).groups()
        assert int(iteration) == shot.iteration
        assert float(shown) == pytest.approx(loss, rel=1e-3)
        expect_picture(offline, shot)

    at(-1)
    for key, index in (("Home", 0), ("ArrowRight", 1), ("ArrowRight", 2), ("ArrowLeft", 1)):
        offline.keyboard.press(key)
        at(index)
    offline.keyboard.press(" ")
    expect(label(offline)).not_to_have_text(f"iteration {frames[1].iteration}")
    offline.keyboard.press(" ")
    stopped = [shot.iteration for shot in frames].index(at_rest(offline))
    assert 1 < stopped < len(frames) - 1
    expect(plot).to_have_value(str(stopped))
    at(stopped)
    offline.keyboard.press("End")
    at(-1)
    offline.keyboard.press("ArrowRight")
    at(-1)


def test_the_replay_can_be_read_in_the_dark(offline: Page, tmp_path: Path) -> None:
    for scheme in ("light", "dark"):
        offline.emulate_media(color_scheme=scheme)
        play(offline, REPLAY, tmp_path)
        tick = offline.locator("text.across").first
        tick.wait_for()
        text = tick.evaluate("e => getComputedStyle(e).fill.match(/[0-9]+/g).map(Number)")
        ground = offline.evaluate(
            "getComputedStyle(document.body).backgroundColor.match(/[0-9]+/g).map(Number)"
        )
        assert contrast(text, ground) >= 4.5  # WCAG 2.2, 1.4.3
        picture = Image.open(io.BytesIO(offline.locator("#map").screenshot())).convert("RGB")
        map_ = png(view_plane(RUN).levels, {"light": LIGHT, "dark": DARK}[scheme])
        expected = Image.open(io.BytesIO(map_)).convert("RGB").getpixel((99, 0))
        corner = picture.getpixel((picture.width - 3, 3))
        np.testing.assert_allclose(corner, expected, atol=4)


@pytest.mark.parametrize("size", [(1366, 768), (1024, 768), (390, 844)])
def test_the_replay_fills_the_window_and_covers_nothing(
    offline: Page, tmp_path: Path, size: tuple[int, int]
) -> None:
    width, height = size
    offline.set_viewport_size({"width": width, "height": height})
    play(offline, REPLAY, tmp_path)
    parts = ("header", ".plane", "figure:last-child .chart", "footer", ".plane .name")
    found = {part: offline.locator(part).first.bounding_box() for part in parts}
    boxes = {part: Rect(**box) for part, box in found.items() if box}
    assert offline.evaluate("document.documentElement.scrollHeight") <= height
    assert offline.evaluate("document.documentElement.scrollWidth") <= width
    plane, loss, footer = (boxes[part] for part in parts[1:4])
    assert plane.width == plane.height >= (300 if width < 700 else 500)
    assert loss.height >= 100
    assert boxes["header"].bottom <= plane.y
    assert max(plane.bottom, loss.bottom) + 20 <= footer.y  # the labels of the axes
    assert loss.y >= plane.bottom if width < 700 else loss.x >= plane.right
    # Pictures and controls take most of the window.
    area = plane.width * plane.height + loss.width * loss.height + footer.width * footer.height
    assert area >= 0.55 * width * height


def test_a_finger_moves_the_slider_of_the_replay(browser: Browser, tmp_path: Path) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True)
    context.set_default_timeout(PATIENCE)
    phone = context.new_page()
    play(phone, REPLAY, tmp_path)
    box = phone.get_by_role("slider").bounding_box()
    assert box
    assert box["height"] >= 44  # WCAG 2.2, 2.5.5
    phone.touchscreen.tap(box["x"] + 2, box["y"] + box["height"] / 2)
    expect(label(phone)).to_have_text("iteration 0")
    expect_picture(phone, rewind(RUN, 0))
    context.close()


class Rect(NamedTuple):
    """The place of an element in the window, in pixels."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """Return the right edge."""
        return self.x + self.width

    @property
    def bottom(self) -> float:
        """Return the bottom edge."""
        return self.y + self.height


def contrast(first: list[int], second: list[int]) -> float:
    """Return the contrast ratio of two sRGB colours, WCAG 2.1."""
    luminances = []
    for color in (first, second):
        share = np.array(color[:3]) / 255
        linear = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
        luminances.append(float(linear @ [0.2126, 0.7152, 0.0722]))
    darker, lighter = sorted(luminances)
    return (lighter + 0.05) / (darker + 0.05)


def test_the_parameters_saved_are_those_set_by_hand_last(page: Page, server: str) -> None:
    open_page(page, server, "samples=100&hidden_layers=")
    run = start(Config(samples=100, hidden_layers=()))
    shown(page, "network", 0)
    exact = editor(page).get_by_label("Value", exact=True)
    for value in (1.5, 2.5):
        page.mouse.click(*middle(page, (0, 0), (1, 0)))
        exact.fill(str(value))
        exact.press("Enter")
        exact.press("Escape")
        loss = evaluate(set_parameter(run, 0, 0, 0, value)).train_loss
        expect(numbers(page)).to_contain_text(f"{loss:.4f}")
    press(page, "Save")
    with np.load(download(page, "Parameters (.npz)")) as saved:
        assert saved["weights_1"][0, 0] == 2.5


def keys(app: AppTest) -> set[str]:
    return {button.key for button in app.get("download_button")}


def captions(app: AppTest) -> str:
    return "\n".join(str(caption.value) for caption in app.caption)


def test_each_download_says_in_a_sentence_what_it_is() -> None:
    app = open_playground()
    texts = {button.key: button.proto.help for button in app.get("download_button")}
    assert {*SAVING} <= set(texts)
    assert all(texts[key].endswith(".") for key in SAVING)
    assert "25,000 iterations" in texts["save_script"]


def test_the_script_of_a_changed_run_says_that_it_will_differ() -> None:
    app = step_tick(open_playground(speed="100"))
    assert "will differ" not in captions(app)
    app = enter_in_app(app, "learning_rate", 0.5)
    app = step_tick(app)
    assert (
        "“Learning rate” was changed from 0.01 to 0.5 at iteration 100. "
        "The script uses the present settings from the start, so its results will differ."
        in captions(app)
    )
    app = press_in_app(app, "reset")
    assert "will differ" not in captions(app)


def test_the_script_of_a_run_with_another_end_says_that_it_may_stop_at_another_iteration() -> None:
    app = step_tick(open_playground(speed="100"))
    app = enter_in_app(app, "target_loss", 0.9)
    assert (
        "“Stop at loss” was changed from off to 0.9 at iteration 100. The script uses "
        "the present settings from the start, so it may stop at a different iteration."
        in captions(app)
    )
    # and it does: with that target from the start, training stops earlier
    assert advance(start(run_of(app).config), 100).stopped == "target_loss"


def test_weights_and_steps_by_hand_are_named_beside_the_script() -> None:
    app = step_tick(open_playground(speed="100", samples="50"))
    run = run_of(app)
    for changed, sentence in (
        (set_parameter(run, 1, 2, 0, 0.5), "The weight 3 -> 1 of layer 2 was set to 0.5"),
        (make_step(run, 7), "A step was made on training point 7 alone"),
    ):
        change(app, run=changed)
        said = captions(healthy(app.run()))
        assert f"{sentence} at iteration {changed.iteration}. The script uses" in said


def test_where_there_is_no_script_a_sentence_says_why() -> None:
    app = open_playground(dataset="own")
    assert keys(app) >= {*SAVING} - {"save_script"}
    assert "save_script" not in keys(app)
    assert (
        "No script for this run: Points must be at least one in a script; found nothing."
        in captions(app)
    )
    rng = np.random.default_rng(0)
    many = Points(rng.normal(size=(200, 2)), rng.integers(2, size=200).astype(float))
    app = open_playground(points=encode(many))
    assert "save_script" not in keys(app)
    assert "Points must fit into a script of 120 lines; found `200 points`." in captions(app)
