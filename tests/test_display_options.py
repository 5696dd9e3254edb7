"""What the plane shows: the chosen points, the wrong ones, and the network's predictions."""

import json
import re

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

from nnlab import Config, Run, advance, evaluate, predict, start
from nnlab.figures.plane_picture import png
from nnlab.figures.points import MAX_POINTS, STEPS, decision_boundary, point_marks, traces
from nnlab.figures.style import LIGHT
from nnlab.inspection.observation import observe
from nnlab.inspection.plane_view import GRID_SIZE, ViewOptions, view_plane
from tests.helpers.browser_page import (
    PLOT,
    chart,
    enter,
    let_timers_fire,
    open_page,
    pixels,
    place,
    press,
    shown,
    wait_in,
)
from tests.helpers.pictures import pixels as pixels_of
from tests.helpers.pictures import rgb

RUN = advance(start(Config(samples=100, learning_rate=0.3)), 100)


def test_the_traces_hold_each_point_of_a_set_once() -> None:
    drawn = traces(RUN.dataset, 2)
    for part in ("train", "test"):
        targets = getattr(RUN.dataset, f"{part}_targets")[:, 0]
        indices = [trace.indices for trace in drawn if trace.part == part]
        assert sorted(np.concatenate(indices)) == list(range(len(targets)))
        for trace in drawn:
            if trace.part == part:
                assert (targets[trace.indices] == trace.label).all()


@pytest.mark.parametrize("problem", ["classification", "regression"])
def test_of_too_many_points_some_are_drawn_each_once(problem: str) -> None:
    run = start(Config(samples=3 * MAX_POINTS, problem=problem))
    parts = [trace for trace in traces(run.dataset, run.config.n_classes) if trace.part == "train"]
    indices = np.concatenate([trace.indices for trace in parts])
    assert len(set(indices.tolist())) == len(indices) == MAX_POINTS
    for trace in parts:
        labels = run.dataset.train_targets[trace.indices, 0]
        assert trace.label is None or (labels == trace.label).all()


def test_the_outputs_are_the_networks_and_the_wrong_ones_those_that_accuracy_counts() -> None:
    metrics = evaluate(RUN)
    marks = point_marks(observe(RUN), misclassified=True)
    drawn = traces(RUN.dataset, 2)
    for part, accuracy in (("train", metrics.train_accuracy), ("test", metrics.test_accuracy)):
        inputs = getattr(RUN.dataset, f"{part}_inputs")
        wrong = 0
        for trace, (low, high, outputs, bits) in zip(drawn, marks, strict=True):
            if trace.part == part:
                expected = predict(RUN, inputs[trace.indices])
                assert (low, high) == (0, 1)
                np.testing.assert_allclose(outputs / STEPS, expected, atol=1e-5)
                wrong += int(np.unpackbits(bits).sum())
        assert wrong == round((1 - accuracy) * len(inputs))
        assert 0 < wrong < len(inputs)
    assert all(not len(bits) for *_, bits in point_marks(observe(RUN), misclassified=False))


@pytest.mark.parametrize("hidden", ["train", "test"])
def test_a_set_that_is_not_shown_is_not_drawn(hidden: str) -> None:
    shown_sets = tuple({"train", "test"} - {hidden})
    figure = json.loads(decision_boundary(RUN.dataset, shown=shown_sets))
    visible = {trace["name"].split()[0]: trace["visible"] for trace in figure["data"]}
    assert visible == {hidden: False, shown_sets[0]: True}


def test_discretized_the_picture_has_two_colours_on_the_sides_of_one_half() -> None:
    picture = pixels_of(png(view_plane(RUN, ViewOptions(discretize=True)).levels))
    soft = pixels_of(png(view_plane(RUN).levels))
    colors = {tuple(color) for row in picture.tolist() for color in row}
    assert colors == {tuple(rgb(color)) for color in LIGHT.plane[:2]}
    bluer = soft[..., 2] > soft[..., 0] + 4  # and not so near one half that it is rounded there
    redder = soft[..., 0] > soft[..., 2] + 4
    assert bluer.any()
    assert redder.any()
    assert (picture[bluer] == rgb(LIGHT.plane[1])).all()
    assert (picture[redder] == rgb(LIGHT.plane[0])).all()


def lonely_point(page: Page, run: Run) -> tuple[int, float, float]:
    """Return a training point of class 1 that no other point covers: its number and its place."""
    trace = traces(run.dataset, 2)[1]
    inputs = run.dataset.train_inputs[trace.indices]
    others = np.vstack([run.dataset.train_inputs, run.dataset.test_inputs])
    distances = np.linalg.norm(inputs[:, np.newaxis] - others, axis=2)
    lonely = int(np.sort(distances, axis=1)[:, 1].argmax())
    x, y = place(page, *inputs[lonely])
    return int(trace.indices[lonely]), x, y


def ringed(page: Page, x: float, y: float) -> int:
    """Return how many pixels of rings there are near a place on the page."""
    return page.evaluate(
        """([x, y]) => {
          const rings = document.querySelector('[data-live-chart=decision-boundary] .rings');
          if (!rings.width) return 0;
          const { left, top } = rings.getBoundingClientRect();
          const { data } = rings.getContext('2d').getImageData(x - left - 12, y - top - 12, 24, 24);
          return data.filter((value, at) => at % 4 === 3 && value > 128).length;
        }""",
        [x, y],
    )


def wait_for_rings(page: Page, x: float, y: float, *, ring: bool) -> None:
    """Wait until there is a ring near a place on the page, or none."""
    wait_in(page, lambda: ringed(page, x, y) > 20 if ring else ringed(page, x, y) == 0)


def point_of_step(page: Page) -> Locator:
    field = page.locator("[class*=st-key-step_point]:not([data-retained]) input")
    expect(field).to_have_count(1)  # that of the run before has gone
    return field


RED_PIXELS = """(() => {
  const rings = document.querySelector('[data-live-chart=decision-boundary] .rings');
  if (!rings.width) return 0;
  const { data } = rings.getContext('2d').getImageData(0, 0, rings.width, rings.height);
  return data.filter((value, at) => at % 4 === 3 && value > 128).length;
})()"""


def test_the_chosen_options_are_shown_and_no_others(page: Page, server: str) -> None:
    """Rings around the wrong points, one set without the other, two colours without shades."""
    open_page(page, server, "samples=100&panel=none")
    assert page.evaluate(RED_PIXELS) == 0
    press(page, "Show")
    page.get_by_text("Mark mistakes").click()
    page.wait_for_function(f"{RED_PIXELS} > 1000")  # half of the points are wrong
    page.wait_for_url("**/?*misclassified=true*")
    page.get_by_text("Mark mistakes").click()
    page.wait_for_function(f"{RED_PIXELS} === 0")

    seen = f"""{PLOT}._fullData.filter(({{ visible, name }}) => visible === true && name)
      .map(({{ name }}) => name.split(' ')[0])"""
    page.wait_for_function(f"String([...new Set({seen})]) === 'train'")
    toggles = page.get_by_test_id("stPopoverBody")
    toggles.get_by_text("Test points").click()
    for hidden, other in (("Training", "test"), ("Test", "train")):
        toggles.get_by_text(f"{hidden} points").click()
        page.wait_for_function(f"String([...new Set({seen})]) === '{other}'")
        toggles.get_by_text(f"{hidden} points").click()
        page.wait_for_function(f"String([...new Set({seen})]) === 'train,test'")

    places = [(row, column) for row in range(0, GRID_SIZE, 9) for column in range(0, GRID_SIZE, 9)]
    soft = pixels(page, places)
    assert len({tuple(color) for color in soft.tolist()}) > 2
    page.get_by_text("Hard boundary").click()
    page.wait_for_url("**/?*discretize=true*")
    hard = [tuple(rgb(color)) for color in LIGHT.plane[:2]]
    wait_in(page, lambda: {tuple(color) for color in pixels(page, places).tolist()} == set(hard))


def answer(page: Page) -> Locator:
    """Return what the page says at the pointer."""
    return chart(page, "decision-boundary").locator(".answer")


def point_at(page: Page, x: float, y: float) -> None:
    """Move the mouse to a point and wait for its answer, without which a click hits no point."""
    page.mouse.move(x, y)
    expect(answer(page)).to_contain_text("point: the network says")


def click(page: Page, x: float, y: float) -> None:
    """Click a point, and move away slowly enough for Plotly to notice."""
    point_at(page, x, y)
    page.mouse.down()
    page.mouse.up()
    page.mouse.move(x + 1, y)
    page.mouse.move(5, 5, steps=5)
    expect(answer(page)).to_be_hidden()


def says(probability: float) -> str:
    """Return the answer for a training point of class 1."""
    color = "blue" if probability >= 0.5 else "orange"
    return f"Blue point: the network says {100 * max(probability, 1 - probability):.1f}% {color}"


def test_the_prediction_for_a_point_is_shown_and_a_click_takes_the_point_to_one_step(
    page: Page, server: str
) -> None:
    open_page(page, server, "samples=100&panel=step&noise=0.3")
    run = start(Config(samples=100, noise=0.3))
    index, x, y = lonely_point(page, run)
    point = run.dataset.train_inputs[[index]]
    point_at(page, x, y)
    (probability,) = predict(run, point)
    expect(answer(page)).to_have_text(says(probability))
    pinned = chart(page, "decision-boundary").locator(".prediction")
    expect(pinned).to_be_hidden()
    assert ringed(page, x, y) == 0
    click(page, x, y)
    expect(point_of_step(page)).to_have_value(str(index))
    wait_for_rings(page, x, y, ring=True)
    expect(pinned).to_have_text(says(probability))  # it stays
    expect(pinned).to_have_attribute("aria-live", "polite")  # it is spoken, too
    press(page, "Step")
    shown(page, "decision-boundary", 1)
    (after,) = predict(advance(run, 1), point)
    expect(pinned).to_have_text(says(after))
    expect(pinned).to_have_attribute("aria-live", "off")  # and not at every tick
    click(page, x, y)
    expect(pinned).to_be_hidden()
    expect(point_of_step(page)).to_have_value("")
    wait_for_rings(page, x, y, ring=False)

    click(page, x, y)
    expect(point_of_step(page)).to_have_value(str(index))
    press(page, "Show")
    page.get_by_test_id("stPopoverBody").get_by_text("Test points").click()
    page.wait_for_function(f"{PLOT}._fullData.every(({{ visible }}) => visible === true)")
    expect(pinned).to_contain_text("Blue point")  # the same points, more of them shown
    page.keyboard.press("Escape")
    enter(page, "Noise", "0.1")  # with other points the pinned one is released
    expect(pinned).to_be_hidden()
    expect(point_of_step(page)).to_have_value("")
    wait_for_rings(page, x, y, ring=False)


def percent_blue(text: str) -> float:
    """Return the percentage of class 1 that an answer says."""
    percent, color = re.fullmatch(r"(?:over )?(\d+)% (blue|orange) · .+", text).groups()
    return float(percent) if color == "blue" else 100 - float(percent)


def test_anywhere_on_the_plane_the_pointer_tells_what_the_network_predicts_there(
    page: Page, server: str
) -> None:
    """In the middle and in each corner; inside the plot, so that no label of an axis is covered."""
    open_page(page, server, "samples=100&panel=none&speed=100&learning_rate=0.3&train_points=false")
    press(page, "Step 100")
    shown(page, "decision-boundary", 100)
    run = advance(start(Config(samples=100, learning_rate=0.3)), 100)
    for at in ((0, 0), (1.2, 1.2), (-1.2, 1.2), (1.2, -1.2), (-1.2, -1.2), (0.7, 0.2)):
        page.mouse.move(*place(page, *at))
        expect(answer(page)).to_be_visible()
        (probability,) = predict(run, [at])
        # 1 % by the levels of the map and the shades of its colours, 1 % by rounding
        told = percent_blue(answer(page).inner_text())
        assert abs(told - 100 * probability) <= 2
        inside = page.evaluate(
            f"""() => {{
              const chart = {PLOT}.closest('[data-live-chart]');
              const tip = chart.querySelector('.answer').getBoundingClientRect();
              const area = chart.querySelector('.under').getBoundingClientRect();
              return tip.left >= area.left - 1 && tip.right <= area.right + 1
                && tip.top >= area.top - 1 && tip.bottom <= area.bottom + 1;
            }}"""
        )
        assert inside
    before = answer(page).inner_text()
    page.keyboard.press("Shift+ArrowRight")  # the mouse rests, and the answer follows the run
    shown(page, "decision-boundary", 200)
    (probability,) = predict(advance(run, 100), [at])
    assert abs(percent_blue(answer(page).inner_text()) - 100 * probability) <= 2, before
    expect(answer(page)).to_contain_text(" · x₁ ")
    page.mouse.down()
    page.mouse.up()
    let_timers_fire(page, 500)
    expect(answer(page)).to_contain_text("% ")
    page.mouse.move(5, 5)
    expect(answer(page)).to_be_hidden()
