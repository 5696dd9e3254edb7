"""A run's replay and its animation show what the run was, the right way up, at every frame."""

import base64
import html
import io
import json
import re
from dataclasses import replace
from functools import cache, partial
from typing import Any

import numpy as np
import pytest
from PIL import Image

from nnlab import Config, Run, advance, evaluate, rewind, start
from nnlab.export.animation import (
    BOTTOM,
    CHART_LEFT,
    CHART_RIGHT,
    HEIGHT,
    LAST_MILLISECONDS,
    LEFT,
    RIGHT,
    TOP,
    WIDTH,
    animation,
)
from nnlab.export.painting import Scale
from nnlab.export.replay import MAX_FRAMES, moments, replay
from nnlab.figures.style import LIGHT
from nnlab.inspection.plane_levels import LEVELS
from nnlab.inspection.plane_view import view_plane
from nnlab.model.network import Parameters
from tests.helpers.pictures import pixels, rgb

AXES = ("x1", "x2")


@cache
def trained(iterations: int = 1000, **changes: Any) -> Run:
    return advance(start(Config(**{"samples": 100, **changes})), iterations)


def played(run: Run, *, log: bool = False) -> tuple[str, list[dict[str, Any]]]:
    """Return the page, and the frames that are in it."""
    page = replay(run, "A network", "cross-entropy", log=log, axes=AXES)
    data = re.search('<script type="application/json" id="frames">(.*?)</script>', page)
    assert data
    return page, json.loads(data[1])


@cache
def animated() -> bytes:
    return animation(trained(), "cross-entropy", log=False, axes=AXES)


def test_the_frames_go_from_the_first_iteration_to_the_present() -> None:
    run = trained(5001)
    iterations = [shot.iteration for shot in moments(run)]
    assert iterations[0] == 0
    assert iterations[-1] == 5001
    assert iterations == sorted(set(iterations))
    assert 60 <= len(iterations) <= MAX_FRAMES <= 120
    assert max(np.diff(iterations)) <= 5001 / 60


def test_a_run_without_an_update_has_one_frame() -> None:
    run = start(Config(samples=100))
    assert moments(run) == [run]
    assert len(played(run)[1]) == 1
    assert Image.open(io.BytesIO(animation(run, "loss", log=False, axes=AXES))).n_frames == 1


def test_each_frame_of_the_page_has_its_picture_and_its_place_on_the_loss_curve() -> None:
    run = trained()
    _, frames = played(run)
    losses = [*run.losses, evaluate(run).train_loss]
    top = 1.05 * max(losses.max() for losses in (run.losses, run.test_losses))
    for frame in frames[:: len(frames) // 5]:
        shot = rewind(run, int(frame["iteration"].replace(",", "")))
        picture = np.asarray(Image.open(io.BytesIO(base64.b64decode(frame["picture"]))))
        levels = np.rint(picture * ((LEVELS - 1) / 255))
        np.testing.assert_array_equal(levels, view_plane(shot).levels)
        assert frame["x"] == pytest.approx(100 * shot.iteration / run.iteration, abs=0.01)
        height = 100 * (1 - losses[shot.iteration] / top)
        assert frame["y"] == pytest.approx(height, abs=0.01)
        assert frame["numbers"].startswith(
            f"training loss {evaluate(shot).train_loss:.4g} · test loss"
        )


def test_the_page_opens_on_the_present() -> None:
    run = trained()
    page, frames = played(run)
    assert frames[-1]["iteration"] == f"{run.iteration:,}"
    assert f'max="{len(frames) - 1}" value="{len(frames) - 1}"' in page


def test_the_pages_points_are_where_they_are_on_the_plane() -> None:
    """The plane reaches from -1.25 to 1.25."""
    run = start(Config(dataset="own", points=[(0.5, 1.0, 1)], hidden_layers=()))
    page, _ = played(run)
    (center,) = re.findall('<circle cx="([^"]*)%" cy="([^"]*)%"/>', page)
    np.testing.assert_allclose([float(part) for part in center], [70, 10], atol=0.01)
    assert '<g class="train" style="color: var(--v20)"><circle' in page


def test_a_replay_of_the_articles_run_is_a_small_file() -> None:
    run = advance(start(Config()), Config().iterations)
    assert len(played(run)[0].encode()) < 1_000_000


def test_the_page_loads_nothing_and_names_itself() -> None:
    title = "Layers <2-10-5-1> & circles"
    page = replay(trained(), title, "cross-entropy", log=False, axes=AXES)
    assert f"<title>{html.escape(title)}</title>" in page
    assert title not in page
    assert '<html lang="en">' in page
    assert not re.search(r"src=|href=|url\((?!#)|@import|https?:", page)


def test_on_a_log_axis_equal_factors_of_the_loss_have_equal_distances() -> None:
    run = trained()
    _, frames = played(run, log=True)
    at = [int(frame["iteration"].replace(",", "")) for frame in frames]
    logs = np.log([evaluate(rewind(run, iteration)).train_loss for iteration in at])
    heights = np.array([frame["y"] for frame in frames])
    slope = np.polyfit(logs, heights, 1)[0]
    assert slope < 0
    np.testing.assert_allclose(heights - heights[0], slope * (logs - logs[0]), atol=0.02)


@pytest.mark.slow
def test_the_animation_is_of_a_slides_size_plays_forever_and_rests_at_the_end() -> None:
    image = Image.open(io.BytesIO(animated()))
    assert (image.format, image.size) == ("GIF", (WIDTH, HEIGHT))
    assert WIDTH >= 960
    assert HEIGHT >= 540
    assert image.info["loop"] == 0
    assert 60 <= image.n_frames <= 120
    first = image.info["duration"]
    image.seek(image.n_frames - 1)
    assert 50 <= first <= 100  # at least ten frames per second
    assert image.info["duration"] == LAST_MILLISECONDS > 10 * first


@pytest.mark.slow
def test_the_animations_of_usual_and_of_busy_runs_fit_into_3_mb() -> None:
    busy = {"problem": "regression", "dataset": "multi-gaussian", "samples": 1000}
    for run in (
        trained(3000, samples=1000, learning_rate=0.3),
        trained(1500, **busy, activation="sine", optimizer="adam", hidden_layers=(16, 16)),
    ):
        assert len(animation(run, "loss", log=False, axes=AXES)) < 3e6


def test_the_animation_is_the_right_way_up_and_in_the_colours_of_the_classes() -> None:
    """A network that predicts class 1 only where x1 and x2 are large: the top right corner."""
    run = start(Config(hidden_layers=(), samples=2, test_samples=2))
    run = replace(run, parameters=Parameters((2, 1), np.array([40.0, 40.0, -40.0])))
    frame = pixels(animation(run, "loss", log=False, axes=AXES), 0)
    assert frame[TOP, RIGHT - 1].tolist() == rgb(LIGHT.plane[1])
    for corner in ((TOP, LEFT), (BOTTOM - 1, LEFT), (BOTTOM - 1, RIGHT - 1)):
        assert frame[corner].tolist() == rgb(LIGHT.plane[0])


@pytest.mark.parametrize("label", [0, 1])
def test_a_point_stands_where_it_is_in_its_classs_colour(label: int) -> None:
    run = start(Config(dataset="own", points=[(0.5, 1.0, label)], hidden_layers=()))
    frame = pixels(animation(run, "loss", log=False, axes=AXES), 0)
    x, y = 0.7 * (RIGHT - LEFT), 0.1 * (BOTTOM - TOP)  # of -1.25 … 1.25
    found = frame[round(TOP + y), round(LEFT + x)]
    # the palette has the nearest of 225 colours
    np.testing.assert_allclose(found, rgb(LIGHT.points[label]), atol=12)


@pytest.mark.slow
def test_the_curve_is_strong_up_to_the_frames_iteration_and_faint_after_it() -> None:
    run = trained(1000, learning_rate=0.3)
    data = animation(run, "loss", log=False, axes=AXES)
    n_frames = Image.open(io.BytesIO(data)).n_frames
    middle = pixels(data, n_frames // 2)[TOP:BOTTOM, CHART_LEFT:CHART_RIGHT]
    colorful = middle.max(axis=2) - middle.min(axis=2)
    at = moments(run)[n_frames // 2].iteration / run.iteration
    split = round(at * (CHART_RIGHT - CHART_LEFT))
    assert colorful[:, 10 : split - 10].max() > 80
    assert 20 < colorful[:, split + 10 : -10].max() < 60
    last = pixels(data, -1)[TOP:BOTTOM, CHART_LEFT:CHART_RIGHT]
    assert (last.max(axis=2) - last.min(axis=2))[:, split + 10 : -10].max() > 80


def test_frames_differ_in_their_iteration() -> None:
    first, second = (pixels(animated(), index)[:TOP, LEFT:RIGHT] for index in (3, 4))
    assert (first != second).any()


@pytest.mark.parametrize(
    ("changes", "log"),
    [
        ({"dataset": "own"}, True),
        ({"dataset": "own", "points": [(0, 0, 1)]}, False),
        ({"activation": "linear", "learning_rate": 1000}, True),
        ({"batch_size": 7, "hidden_layers": ()}, True),
        ({"problem": "regression", "dataset": "plane"}, False),
    ],
)
def test_every_run_can_be_saved(changes: dict[str, Any], *, log: bool) -> None:
    """Without points, without test points, after divergence, with batches, a regression."""
    run = advance(start(Config(**{"samples": 20, **changes})), 40)
    assert len(played(run, log=log)[1]) >= 1
    assert animation(run, "loss", log=log, axes=AXES)[:3] == b"GIF"


def test_making_a_file_gives_way_to_others_at_every_moment() -> None:
    run, calls = trained(40), []
    for save in (
        partial(replay, run, "title", "loss", log=False, axes=AXES),
        partial(animation, run, "loss", log=False, axes=AXES),
    ):
        calls.clear()
        save(give_way=lambda: calls.append(1))
        assert len(calls) > len(moments(run))


@pytest.mark.slow
def test_the_same_run_gives_the_same_files() -> None:
    run = trained(100)
    again = advance(start(run.config), 100)
    for save in (
        lambda run: animation(run, "loss", log=False, axes=AXES),
        lambda run: replay(run, "title", "loss", log=False, axes=AXES),
    ):
        assert save(run) == save(again)


@pytest.mark.parametrize(
    ("scale", "texts"),
    [
        (Scale(0, 25_000, 0, 100), ["0", "5,000", "10,000", "15,000", "20,000", "25,000"]),
        (Scale(-1.25, 1.25, 0, 100), ["-1", "-0.5", "0", "0.5", "1"]),
        (Scale(0, 0.7, 0, 100), ["0", "0.2", "0.4", "0.6"]),
        (Scale(0.005, 12, 0, 100, log=True), ["0.01", "0.1", "1", "10"]),
        (Scale(0.15, 0.9, 0, 100, log=True), ["0.2", "0.5"]),
        (Scale(0.3, 0.8, 0, 100, log=True), ["0.3", "0.4", "0.5", "0.6", "0.7", "0.8"]),
        (Scale(0.51, 0.52, 0, 100, log=True), ["0.51", "0.515", "0.52"]),
        (Scale(0, 1, 0, 100), ["0", "0.2", "0.4", "0.6", "0.8", "1"]),
        (Scale(0, 3e90, 0, 100), ["0", "1e+90", "2e+90", "3e+90"]),
    ],
)
def test_ticks_are_round_numbers(scale: Scale, texts: list[str]) -> None:
    assert [text for _, text in scale.ticks()] == texts


def test_a_log_scale_gives_equal_factors_equal_distances() -> None:
    scale = Scale(0.01, 100, 0, 400, log=True)
    np.testing.assert_allclose(scale.pixels([0.01, 0.1, 1, 100]), [0, 100, 200, 400], atol=1e-9)
    assert scale.pixels(0.0) == 0  # there is no logarithm of 0
