"""The view "Table": the runs with their settings and metrics, as a table and as a CSV file."""

import io
from typing import Any

import streamlit as st

from nnlab.app.explore import session
from nnlab.app.explore.sweep_results import SweepResults
from nnlab.app.explore.views import compare
from nnlab.sweep.analysis.columns import ACCURACIES, METRICS, Column, sweep_columns
from nnlab.sweep.csv_table import Table


def draw(sweep: SweepResults) -> None:
    """Draw the view, in the ticking fragment or outside."""
    # Streamlit keeps the ticked rows by their positions. So each run has its row from the start,
    # and a table of other runs has another key.
    results = sweep.passing
    is_filtered = len(results) < sweep.done
    runs = [one.index for one in results] if is_filtered else range(len(sweep.plan.configs))
    columns = sweep_columns(results, sweep.plan.varied)
    data: dict[str, Any] = {"status": [result.error or result.status for result in results]}
    for column in columns:
        data[column.title] = (
            [column.show(value) for value in column.values]
            if column.choices
            else (100 if column.name in ACCURACIES else 1) * column.values
        )
    data["iterations run"] = [result.iteration for result in results]
    data["seconds"] = [result.seconds for result in results]
    places = {result.index: place for place, result in enumerate(results)}
    table = {"run": list(runs)} | {
        name: [values[places[run]] if run in places else None for run in runs]
        for name, values in data.items()
    }
    table["status"] = [status or "waiting" for status in table["status"]]
    number = st.column_config.NumberColumn
    config = {
        column.title: number(format=_format(column)) for column in columns if not column.choices
    }
    picked = st.dataframe(
        table,
        key=f"sweep_table {sweep.started} {list(runs) if is_filtered else ''}",
        on_select="rerun",
        selection_mode="multi-row",
        hide_index=True,
        column_config=config | {"seconds": number(format="%.2f")},
        placeholder="–",
        alt=f"{len(results)} runs",
    )
    rows = picked["selection"]["rows"]
    ticked = [runs[place] for place in rows if place < len(runs) and runs[place] in places]
    with st.container(horizontal=True, gap="small"):
        st.button(
            "Open in the playground",
            key="table_open",
            disabled=len(ticked) != 1,
            on_click=session.open_run,
            args=ticked[:1],
            help="Open the settings of the ticked run; the network starts untrained there.",
        )
        if st.button(
            "Compare",
            key="table_compare",
            disabled=len(ticked) != 2,
            on_click=compare.choose,
            args=(ticked,),
            help="Show the two ticked runs side by side.",
        ):
            st.rerun()
        st.download_button(
            f"Download CSV of {len(sweep.passing)} runs",
            lambda: as_csv(sweep),
            "sweep.csv",
            "text/csv",
            key="sweep_csv",
            on_click="ignore",
            help="With all settings that differ from the article's, as `python -m nnlab sweep` "
            "writes them.",
        )


def _format(column: Column) -> str:
    """Return the format of a column's numbers: four digits if they are exact, else two."""
    if column.name in METRICS:
        return "%.1f%%" if column.name in ACCURACIES else "%.4g"
    long = any(float(f"{value:.4g}") != value for value in column.values)
    whole = all(float(value).is_integer() for value in column.values)
    return "%d" if whole else "%.2g" if long else "%.4g"


def as_csv(sweep: SweepResults) -> str:
    """Write the runs that pass the filter, as the command line does."""
    file = io.StringIO()
    table = Table(file, [result.config for result in sweep.results])
    for result in sweep.passing:
        table.write(result)
    return file.getvalue()
