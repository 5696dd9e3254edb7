"""The gallery of a sweep: which axes are its rows and columns, and what is drawn in it."""

from typing import NamedTuple
from urllib.parse import urlencode

import streamlit as st

from nnlab.app import live_chart, theme
from nnlab.app.explore import session, solved
from nnlab.app.explore.session import Plan
from nnlab.app.explore.sweep_results import SweepResults
from nnlab.app.explore.views.choices import begin
from nnlab.app.links import config_query
from nnlab.figures.sweep_gallery import gallery
from nnlab.sweep import Axis
from nnlab.training.wording import field_name

KEY = "gallery"  # of its stage
NONE = "none"  # the choice of no rows
LINK_NAMES = ("columns", "rows")


class Layout(NamedTuple):
    """The axes of a gallery; without rows, the cells follow one another."""

    rows: Axis | None
    columns: Axis

    def per_cell(self, total: int) -> int:
        """Return how many of `total` runs are in one cell."""
        n_rows = len(self.rows.values) if self.rows else 1
        return total // (n_rows * len(self.columns.values))


def layout(plan: Plan) -> Layout:
    """Draw the choice of rows and columns if there is one, and keep it in the link."""
    axes = {axis.name: axis for axis in plan.varied}
    if not axes:
        st.caption(_explanation(plan, 1))
        return Layout(None, Axis("seed", plan.seeds))
    names = list(axes)
    if len(names) == 1:
        st.caption(_explanation(plan, 1))
        return Layout(None, axes[names[0]])
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="layout"):
        columns = _choice("columns", names, names[0])
        # In a random sample, most pairs of values have no run.
        others = [] if plan.sampled else [name for name in names if name != columns]
        others.append(NONE)
        rows = _choice("rows", others, others[0])
        chosen = Layout(axes.get(rows), axes[columns])
        st.caption(_explanation(plan, chosen.per_cell(len(plan.configs))))
    return chosen


def _choice(key: str, names: list[str], default: str) -> str:
    begin(key, names, default)
    name = st.selectbox(
        key.capitalize(),
        names,
        format_func=lambda name: f"{key.capitalize()}: {field_name(name)}",
        key=key,
        label_visibility="collapsed",
        width=230,
    )
    session.keep_in_query(key, name, default)
    return name


def _explanation(plan: Plan, per_cell: int) -> str:
    opens = (
        "Click a cell to open its settings in the playground; the network starts untrained there."
    )
    if per_cell == 1:
        return opens
    rule = solved.rule(plan.base)
    return f"Each cell: the median of its {per_cell} runs, and how many solve it ({rule}). {opens}"


def update(sweep: SweepResults, layout: Layout) -> dict[str, live_chart.Update]:
    """Return what a tick changes in the gallery."""
    drawn = gallery(
        sweep.passing,
        layout.rows,
        layout.columns,
        layout.per_cell(len(sweep.plan.configs)),
        solved.rule(sweep.plan.base),
        lambda config: urlencode(config_query(config)),
        theme.palette(),
    )
    of = f"{len(sweep.passing)} of {len(sweep.plan.configs)} runs"
    axes = [field_name(axis.name) for axis in (layout.rows, layout.columns) if axis]
    alt = (
        f"Gallery of {of} over {' and '.join(axes)}: for each combination its decision boundary, "
        "its result and its loss curve."
    )
    return {KEY: live_chart.Update(sweep.done, alt, gallery=drawn)}
