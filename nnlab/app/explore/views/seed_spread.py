"""The view "Seed spread": how much results vary over the seeds, and how much over the settings."""

from collections.abc import Sequence

import streamlit as st

from nnlab.app import live_chart
from nnlab.app.explore import solved
from nnlab.app.explore.sweep_results import SweepResults, failures
from nnlab.app.explore.views.choices import row
from nnlab.figures.spread_charts import loss_bands, spread_of_settings
from nnlab.sweep.analysis.columns import metric_column
from nnlab.sweep.analysis.seed_spread import Rule, SeedSpread, loss_band, seed_spreads
from nnlab.training.wording import field_name, loss_name

SETTINGS, LOSSES = "spread-settings", "spread-losses"
MAX_SETTINGS = 12  # in the chart; more would leave no room for their names
MAX_BANDS, DEFAULT_BANDS = 5, 3


def draw(sweep: SweepResults) -> None:
    """Draw the view, in the ticking fragment or outside."""
    if len(sweep.plan.seeds) == 1:
        st.info("Only one seed per combination: choose several seeds to see how results spread.")
    left, right = st.columns([1.15, 1], gap="small")
    with left:
        rule = solved.choose(sweep.plan.base)
        found = seed_spreads(sweep.passing, sweep.plan.axes, rule.metric, rule)
        _settings(sweep, found, rule)
    with right:
        _losses(sweep, found)


def _settings(sweep: SweepResults, found: Sequence[SeedSpread], rule: Rule) -> None:
    shown = found[:MAX_SETTINGS]
    runs = [result for spread in shown for result in spread.results]
    metric = metric_column(runs, rule.metric)
    best = shown[0]
    low, middle, high = (metric.show(value) for value in best.quartiles)
    alt = (
        f"Seed spread, {len(found)} combinations. The best, {best.setting}: median {metric.title} "
        f"{middle}, quartiles {low} to {high}, {solved_by(best)}. The last shown, "
        f"{shown[-1].setting}: median {metric.show(shown[-1].quartiles[1])}, "
        f"{solved_by(shown[-1])}."
    )
    words = [", ".join([solved_by(spread), *failures(spread.results)]) for spread in shown]
    figure = spread_of_settings(shown, metric, words, rule.threshold)
    live_chart.stage(SETTINGS, figure, shows=live_chart.Update(len(sweep.passing), alt))
    names = " · ".join(field_name(axis.name) for axis in sweep.plan.axes)
    axes = f"Settings: {names}. " if names else ""
    rest = f" The best {len(shown)} of {len(found)} combinations." if found[len(shown) :] else ""
    st.caption(
        f"{axes}Solved: {rule}. Each point is a run; a bar goes from the lower to the upper "
        f"quartile over the seeds, and the line in it is the median.{rest}"
    )


def solved_by(spread: SeedSpread) -> str:
    """Say how many seeds solved it: "solved by 7 of 10 seeds"."""
    return f"solved by {spread.solved} of {spread.judged} seed{'' if spread.judged == 1 else 's'}"


def _losses(sweep: SweepResults, found: Sequence[SeedSpread]) -> None:
    by_name = {spread.setting: spread for spread in found if spread.count("done")}
    with row():
        chosen = st.multiselect(
            "Training losses of",
            list(by_name),
            key="spread_chosen",
            max_selections=MAX_BANDS,
            placeholder=f"the best {min(DEFAULT_BANDS, len(by_name))}",
            persist_state="session",
            help="The combinations whose training loss is drawn over the iterations: the median "
            "over the seeds, and a band between the quartiles.",
        )
        log = st.toggle("Log axis", key="spread_log", persist_state="session", width="content")
    names = [name for name in chosen if name in by_name] or list(by_name)[:DEFAULT_BANDS]
    known = [(name, band) for name in names if (band := loss_band(by_name[name].results))]
    ends = [
        f"{name}: median {band.quartiles[1, -1]:.4g}, quartiles {band.quartiles[0, -1]:.4g} to "
        f"{band.quartiles[2, -1]:.4g} over {band.runs} runs"
        for name, band in known
    ]
    figure = loss_bands(known, loss_name(sweep.plan.base), log=log)
    alt = f"Training loss at the end. {'; '.join(ends)}."
    live_chart.stage(LOSSES, figure, shows=live_chart.Update(len(sweep.passing), alt))
    early = [
        f"{name} from iteration {band.ended:,}"
        for name, band in known
        if band.ended < band.iterations[-1]
    ]
    if early:
        st.caption(
            f"Runs that ended early are continued at their last mean loss: {'; '.join(early)}."
        )
