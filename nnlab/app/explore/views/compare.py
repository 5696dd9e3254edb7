"""The view "Compare": two runs side by side, in their final states or in lockstep.

The runs are chosen by their index in the sweep, or PLAYGROUND.
"""

from collections.abc import Container, Sequence
from pathlib import Path

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from nnlab.app import live_chart, navigation, report, theme
from nnlab.app.explore import lockstep, session
from nnlab.app.explore.session import RunPair
from nnlab.app.explore.sweep_results import SweepResults
from nnlab.app.explore.views.pair_controls import pair_controls
from nnlab.app.explore.views.shown_run import ShownRun, line, numbers, of_end, of_run
from nnlab.app.turns import BUDGET_SECONDS, turn
from nnlab.data.plane import plane_extent
from nnlab.figures.curves import compared_losses
from nnlab.figures.function_curve import function_curve
from nnlab.figures.points import UNNAMED, decision_boundary
from nnlab.figures.style import class_names
from nnlab.sweep import Result
from nnlab.sweep.analysis.columns import ACCURACIES, metric_column, metrics_of, setting
from nnlab.training.batches import dataset_of
from nnlab.training.config import Config
from nnlab.training.run import Run
from nnlab.training.wording import loss_name

STYLE = Path(__file__).with_suffix(".css")
VIEW, TITLE = "compare", "Compare"
PLAYGROUND = -1
SIDES = ("left", "right")
LOSS = "compare-loss"
WIDTHS = (1, 1, 1.1)  # of the charts


def render(sweep: SweepResults) -> None:
    """Draw the view; it has a ticking fragment of its own."""
    st.html(STYLE)
    runs = {result.index: result for result in sweep.passing}
    own = navigation.current_run()
    choices: dict[int, Result | Run] = {**({PLAYGROUND: own} if own else {}), **runs}
    if not runs or len(choices) < 2:
        if not sweep.results:
            st.info("No runs yet: press Start.")
        elif session.current().filter:
            st.info("Fewer than two runs pass the filter: there is nothing to compare.")
        else:
            st.info("There are no two runs to compare yet.")
        return
    names = [axis.name for axis in sweep.plan.varied]
    own_label = {PLAYGROUND: "The playground's run"} if own else {}
    labels = own_label | {index: _label(result, names) for index, result in runs.items()}
    defaults = _defaults(sweep.passing, labels)
    columns = st.columns(2, gap="small")
    chosen = [
        _choose(column, side, labels, default)
        for column, side, default in zip(columns, SIDES, defaults, strict=True)
    ]
    ends = [choices[one] for one in chosen]
    configs = [end.config for end in ends]
    session.compare((configs[0], configs[1]))
    session.do_pair_work()
    speed = pair_controls()
    live = st.container(key="compare_live")
    with st.container(key="compare_charts"):
        _stages(configs)
    with live:
        pair = session.pair()
        interval = pair.pace.interval if pair.training else None
        st.fragment(_live, run_every=interval)(ends, speed, interval)
    if own and PLAYGROUND in chosen and own.edits:
        st.caption(
            "The playground's run was changed while it trained. Here it trains with its present "
            "settings from the start."
        )


def choose(runs: Sequence[int]) -> None:
    """Show the view with these two runs, by their indices; call this in a callback."""
    session.choose_pair(VIEW, dict(zip(map(_choice_key, SIDES), runs, strict=True)))


def _choice_key(side: str) -> str:
    return f"compare_{side}"


def _defaults(results: Sequence[Result], choices: Container[int]) -> tuple[int, int]:
    """Return the playground's run, or else the worst one, and the best one."""
    name = metrics_of(results)[0]
    sign = -1 if name in ACCURACIES else 1
    values = sign * metric_column(results, name).values
    by_value = [results[place].index for place in values.argsort()]  # NaN last
    first = PLAYGROUND if PLAYGROUND in choices else by_value[-1]
    return first, by_value[0]


def _label(result: Result, names: Sequence[str]) -> str:
    value = metric_column([result], metrics_of([result])[0])
    ended = value.show(value.values[0]) if result.status == "done" else result.status
    return f"Run {result.index} · {setting(result, names)} · {ended}"


def _choose(column: DeltaGenerator, side: str, labels: dict[int, str], default: int) -> int:
    """Draw the choice of a run."""
    key = _choice_key(side)
    session.begin_choice(key, labels, default)
    index: int = column.selectbox(
        f"{side.capitalize()} run",
        list(labels),
        format_func=labels.__getitem__,
        key=key,
        persist_state="session",
        help="A run of this sweep, by its number in the table, or the playground's run.",
    )
    return index


def _stages(configs: Sequence[Config]) -> None:
    """Draw the charts, which `_draw` fills."""
    *planes, curve = st.columns(WIDTHS, gap="small")
    for place, side, config in zip(planes, SIDES, configs, strict=True):
        with place:
            dataset = dataset_of(config)
            palette, extent = theme.palette(), plane_extent(dataset)
            scales = dataset.scales or UNNAMED
            figure = decision_boundary(dataset, config.n_classes, scales, palette=palette)
            if dataset.is_curve:
                figure = function_curve(dataset, palette=palette)
            live_chart.stage(
                f"compare-{side}",
                figure,
                extent,
                map_colors=palette.map,
                names=class_names(dataset.class_names, config.n_classes),
                scales=scales,
            )
            st.button(
                "Open in the playground",
                key=f"compare_open_{side}",
                type="tertiary",
                on_click=session.open_settings,
                args=(config,),
                help="Open these settings; the network starts untrained there.",
            )
    with curve:
        names = dict.fromkeys(loss_name(config) for config in configs)
        log = st.session_state.get("compare_log", False)
        live_chart.stage(LOSS, compared_losses(" and ".join(names), log=log))
        st.toggle("Log axis", key="compare_log", persist_state="session")


def _live(ends: Sequence[Result | Run], speed: int | None, interval: float | None) -> None:
    """Advance both by a tick while they train, and draw their present state."""
    pair = session.pair()
    if pair.must_start or pair.steps or session.current().to_open:
        st.rerun()  # a click came with this tick: the page's script run does what it asks for
    if pair.training and pair.runs:
        with turn() as others:
            frames = lockstep.tick(pair.runs, speed, others, BUDGET_SECONDS)
            session.advanced_pair(frames[-1])
        pair = session.pair()
        shown = [of_run(runs) for runs in zip(*frames, strict=True)]
    elif pair.runs:
        shown = [of_run([run]) for run in pair.runs]
    else:
        shown = [of_end(end) for end in ends]
    if interval != (pair.pace.interval if pair.training else None):
        st.rerun()
    _draw(pair, shown)


def _draw(pair: RunPair, shown: Sequence[ShownRun]) -> None:
    iteration = max(one.iteration for one in shown)
    goal = max(config.iterations for config in pair.configs)
    *places, last = st.columns(WIDTHS, gap="small")
    words = f"{iteration:,} of {goal:,} iterations" if pair.runs else "Final state"
    last.progress(min(1.0, iteration / goal), words)
    updates = {}
    alts = []
    for place, side, one, config in zip(places, SIDES, shown, pair.configs, strict=True):
        place.markdown(line(one))
        words = ", ".join(f"{name} {value}" for name, value in numbers(one))
        alt = f"at iteration {one.iteration}: {words or one.ended}."
        alts.append(f"{side} {alt}")
        updates[f"compare-{side}"] = live_chart.Update(
            one.iteration,
            f"Decision boundary of the {side} run {alt}",
            frames=one.frames,
            reading=report.reading(config, one.shares),
        )
    updates[LOSS] = live_chart.Update(
        iteration,
        f"Loss curves of both runs, {' '.join(alts)}",
        series=[line for one in shown for line in one.series],
    )
    # At rest the browser drops remaining frames, so that pictures and numbers agree.
    rest = None if pair.training else live_chart.Time(np.array([iteration], np.int32), iteration)
    live_chart.update(
        updates,
        time_line=rest,
        run=pair.number,
        inbox=session.current().inbox,
        what_is_lost=session.current().what_is_lost,
        handlers={"slow": session.slow_down},
    )
