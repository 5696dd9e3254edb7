"""The gallery of a sweep: which axes are its rows and columns, and the click that opens a run."""

from typing import NamedTuple
from urllib.parse import urlencode

import streamlit as st

from nnlab.app import live_chart, navigation
from nnlab.app.explore import session, solved
from nnlab.app.explore.session import Plan
from nnlab.app.explore.sweep_results import SweepResults
from nnlab.app.explore.views.choices import begin
from nnlab.app.links import config_query
from nnlab.figures.sweep_gallery import gallery
from nnlab.sweep import Axis
from nnlab.sweep.analysis.columns import with_seeds

KEY = "gallery"  # of its stage
NONE = "none"  # no rows: one cell follows the other
LINK_NAMES = ("columns", "rows")


class Layout(NamedTuple):
    """The axes of a gallery; without rows, one cell follows the other."""

    rows: Axis | None
    columns: Axis

    def per_cell(self, total: int) -> int:
        """Return how many of all runs are in one cell."""
        n_rows = len(self.rows.values) if self.rows else 1
        return total // (n_rows * len(self.columns.values))


def layout(plan: Plan) -> Layout:
    """Draw the choice of the rows and columns where there is one, and keep it in the link."""
    axes = {axis.name: axis for axis in with_seeds(plan.axes, plan.seeds)}
    if not axes:
        return Layout(None, Axis("seed", plan.seeds))
    names = list(axes)
    if len(names) == 1:
        return Layout(None, axes[names[0]])
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="layout"):
        columns = _choice("columns", names, names[0])
        # Most pairs of sampled values have no run.
        others = [] if plan.sampled else [name for name in names if name != columns]
        others.append(NONE)
        rows = _choice("rows", others, others[0])
        st.caption(_explanation(plan, [axes[name] for name in (rows, columns) if name in axes]))
    return Layout(axes.get(rows), axes[columns])


def _choice(key: str, names: list[str], default: str) -> str:
    begin(key, names, default)
    name = st.selectbox(
        key.capitalize(),
        names,
        format_func=lambda name: f"{key.capitalize()}: {name.replace('_', ' ')}",
        key=key,
        label_visibility="collapsed",
        width=230,
    )
    session.keep_in_query(key, name, default)
    return name


def _explanation(plan: Plan, axes: list[Axis]) -> str:
    shared = len(plan.configs)
    for axis in axes:
        shared //= len(axis.values)
    if shared == 1:
        return ""
    rule = solved.rule(plan.base)
    return f"Each cell: the median of its {shared} runs, and how many solve it ({rule})."


def render() -> None:
    """Draw the gallery's place."""
    live_chart.gallery(KEY)


def update(sweep: SweepResults, layout: Layout) -> dict[str, live_chart.Update]:
    """Return what a tick changes in the gallery."""
    drawn = gallery(
        sweep.passing,
        layout.rows,
        layout.columns,
        layout.per_cell(sweep.total),
        solved.rule(sweep.base),
        lambda config: urlencode(config_query(config)),
    )
    axes = [axis.name.replace("_", " ") for axis in (layout.rows, layout.columns) if axis]
    alt = (
        f"Gallery of {len(sweep.passing)} of {sweep.total} runs over {' and '.join(axes)}: for "
        "each setting its decision boundary, its result and its loss curve."
    )
    return {KEY: live_chart.Update(sweep.done, alt, gallery=drawn)}


def open_chosen() -> None:
    """Leave for the playground with the settings of the run that was chosen, if one was."""
    index, started = session.take_chosen_run(), session.current().sweep
    configs = started.plan.configs if started else ()
    if index is not None and 0 <= index < len(configs):
        navigation.open_in_workbench(configs[index])
