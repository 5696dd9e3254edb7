"""What the server sends to the browser has the shape that messages.json says."""

import json
import struct
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft7Validator
from streamlit.testing.v1 import AppTest

from nnlab.app.live_chart.inbox import SCHEMA
from nnlab.sweep import cluster
from nnlab.sweep.executors import Workers
from tests.helpers.app_page import open_explore, open_playground, press
from tests.helpers.executors import ByHand

SHAPES = {"stage": "stage", "diagram": "diagram", "keyboard": "keys", "update": "update"}


def data_of(app: AppTest) -> Iterator[tuple[str, Any]]:
    """Return the names of the page's components with a shape, and their data as JSON."""
    for element in app.get("bidi_component"):
        name = element.proto.component_name.removeprefix("nnlab.")
        if name == "update":
            packed = element.proto.bytes
            (length,) = struct.unpack("<I", packed[:4])
            yield name, json.loads(packed[4 : 4 + length])
        elif name in SHAPES:
            yield name, json.loads(element.proto.json)


def check(app: AppTest, *names: str) -> dict[str, Any]:
    """Check that the page has components of these names, all in shape; return the last of each."""
    found: dict[str, Any] = {}
    for name, data in data_of(app):
        Draft7Validator({**SCHEMA, "$ref": f"#/definitions/{SHAPES[name]}"}).validate(data)
        found[name] = data
    assert set(found) == set(names)
    return found


@pytest.mark.parametrize(
    ("query", "keys"),
    [
        ({"panel": "none"}, ["0 … 5", "Tab", "↑ ↓ ← →", "Enter, space", "Esc"]),
        ({"panel": "none", "hide": "tools"}, ["Tab", "↑ ↓ ← →", "Enter, space", "Esc"]),
        ({"problem": "regression", "dataset": "curve"}, ["↑ ↓ ← →", "Enter, space", "E"]),
    ],
)
def test_the_list_of_keys_holds_those_that_do_something(
    query: dict[str, str], keys: list[str]
) -> None:
    keyboard = dict(data_of(open_playground(**query)))["keyboard"]
    assert [key for key, _ in keyboard["others"]] == keys
    assert bool(keyboard["chooses"]) == ("0 … 5" in keys)


@pytest.mark.parametrize("panel", ["network", "layers", "none"])
@pytest.mark.parametrize("problem", [{}, {"problem": "regression", "dataset": "plane"}])
def test_the_playgrounds_messages_have_their_shape(panel: str, problem: dict[str, str]) -> None:
    names = {"keyboard", "stage", "update"} | ({"diagram"} if panel == "network" else set())
    app = open_playground(panel=panel, misclassified="true", **problem)
    assert check(app, *names)["update"]["time"]
    press(app, "start")
    update = check(app, *names)["update"]
    assert update["time"] is None
    assert (panel == "network") == ("network" in update["charts"])


@pytest.mark.parametrize("view", ["gallery", "parallel", "compare"])
def test_explores_messages_have_their_shape(monkeypatch: pytest.MonkeyPatch, view: str) -> None:
    executor = ByHand()
    monkeypatch.setattr(cluster, "local_workers", lambda: Workers(executor, 2))
    axes = {"axis1": "learning_rate:0.1; 1", "axis2": "activation:relu; tanh"}
    app = press(open_explore(**axes, view=view), "sweep_start")
    executor.compute_all()
    app.run()
    names = {"keyboard", "update"} | (set() if view == "gallery" else {"stage"})
    update = check(app, *names)["update"]
    # Other views have no use for the message slow.
    assert ("slow" in update["handles"]) == (view == "compare")
    charts = update["charts"]
    if view == "gallery":
        assert all(charts["gallery"]["gallery"]["cells"])
