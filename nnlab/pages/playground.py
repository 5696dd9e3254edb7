"""The playground: settings at the left; the run, its boundary and its loss curve at the right."""

import math
import random
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, fields, replace
from typing import Any

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from nnlab import figures
from nnlab.config import MAX_LAYERS, MAX_WIDTH, Config, parse
from nnlab.live_chart import live_chart
from nnlab.network import ACTIVATIONS, INITIALIZATIONS
from nnlab.training import Run, advance, evaluate, start

DEFAULTS = Config()
HELP = {item.name: item.metadata["help"] for item in fields(Config)}
SPEEDS = {"1": 1, "10": 10, "100": 100, "max": 1_000_000}  # iterations per tick
TICK_SECONDS = 0.06  # between the end of a tick and the next
BUDGET_SECONDS = 0.06  # of training in one tick, so that the page answers at any speed
FLUSH_SECONDS = 0.02  # Streamlit drops what it has not sent when the next tick begins
MAX_FRAMES = 4  # boundary pictures per tick when nobody else is waiting
LIVE_SETTINGS = {"learning_rate", "iterations"}  # act on the run in progress

# Streamlit's generous spacing would push the charts and the last settings below the fold, and what
# waits for the next tick would be greyed out.
STYLE = """<style>
.stMainBlockContainer { padding: 1.5rem 2rem 1rem; }
.stMain .stVerticalBlock { gap: 0.6rem; }
.stSidebar .stVerticalBlock { gap: 0.3rem; }
.stSidebar .stHorizontalBlock { gap: 0.6rem; }
[data-testid="stSidebarHeader"] { height: 1.2rem; margin: 0; padding: 0; }
[data-testid="stSidebarUserContent"] { padding: 0 1rem 0.5rem; }
.stSidebar [data-testid="stWidgetLabel"] { min-height: 0; margin-bottom: 0; }
.stSidebar .stNumberInput input, .stSidebar .stTextInput input { padding: 0.2rem 0.5rem; }
[data-stale="true"] { opacity: 1 !important; transition: none !important; }
.stSidebar button[kind="tertiary"] { min-height: 0; padding: 0; }
</style>"""

# Many threads of small NumPy calls would spend their time handing the interpreter lock around,
# so sessions train one at a time. The list holds those that wait for their turn.
_training = threading.Lock()
_waiting: list[int] = []


def render() -> None:
    """Draw the page; the entry for one script run."""
    st.set_page_config("nnlab", "🧠", layout="wide")
    st.html(STYLE)
    state = st.session_state
    if "run" not in state:
        _refuse_bad_link()
        state.running = False
    config = _settings()
    _follow(config)
    _controls(state.run)
    st.fragment(_live, run_every=TICK_SECONDS if state.running else None)()
    _explanation(state.run.config)


def _refuse_bad_link() -> None:
    """Put the default in place of each bad value in the URL, and say so."""
    for name, text in st.query_params.to_dict().items():
        if name == "speed" and text.lower() not in (speed.lower() for speed in SPEEDS):
            _say_refused(f"speed must be one of {', '.join(SPEEDS)}, got {text!r}"[:300])
            st.session_state.speed = "10"
        if name not in HELP:
            continue
        try:
            Config(**{name: parse(name, text)})
        except ValueError as error:
            _say_refused(str(error))
            value = getattr(DEFAULTS, name)
            st.session_state[name] = _widths_text(value) if name == "hidden_layers" else value


def _say_refused(sentence: str) -> None:
    # A code span: what stands in a link is shown, never interpreted as Markdown or HTML.
    st.warning(f"The link's `{sentence.replace('`', chr(39))}`. The default is used instead.")


def _settings() -> Config | None:
    """Draw the sidebar and return its settings, or None if they are not valid."""
    with st.sidebar:
        st.markdown("**Data** · :gray[starts a new run]")
        left, right = st.columns(2)
        values: dict[str, Any] = {
            "samples": _whole_number(left, "Samples", "samples", 2, 100_000, step=100),
            "noise": right.number_input(
                "Noise",
                0.0,
                10.0,
                DEFAULTS.noise,
                0.05,
                format="%g",
                key="noise",
                help=HELP["noise"],
                bind="query-params",
            ),
            "data_seed": _whole_number(left, "Data seed", "data_seed", 0, 2**32 - 1),
            "test_samples": _whole_number(right, "Test samples", "test_samples", 2, 100_000, 100),
        }
        st.markdown("**Network** · :gray[starts a new run]")
        values["hidden_layers"] = _hidden_layers()
        left, right = st.columns(2)
        values["activation"] = left.selectbox(
            "Activation",
            ACTIVATIONS,
            key="activation",
            help=HELP["activation"],
            bind="query-params",
        )
        values["initialization"] = right.selectbox(
            "Initialization",
            INITIALIZATIONS,
            key="initialization",
            help=HELP["initialization"],
            bind="query-params",
        )
        with st.container(horizontal=True, vertical_alignment="bottom"):
            values["seed"] = _whole_number(st, "Seed", "seed", 0, 2**32 - 1)
            st.button(
                "New",
                key="new_seed",
                icon=":material/casino:",
                on_click=_draw_seed,
                help="Draw other starting weights: the same network, another run.",
            )
        st.markdown("**Training** · :gray[acts at once]")
        left, right = st.columns(2)
        values["learning_rate"] = left.number_input(
            "Learning rate",
            1e-9,
            1e6,
            DEFAULTS.learning_rate,
            format="%g",
            key="learning_rate",
            help=HELP["learning_rate"],
            bind="query-params",
        )
        values["iterations"] = _whole_number(
            right, "Iterations", "iterations", 1, 1_000_000, step=1000
        )
        st.session_state.learning_rate_exponent = min(
            2.0, max(-5.0, math.log10(values["learning_rate"] or DEFAULTS.learning_rate))
        )
        st.slider(
            "Learning rate, power of ten",
            -5.0,
            2.0,
            step=0.1,
            format="10^%.1f",
            key="learning_rate_exponent",
            on_change=_set_learning_rate,
            help="The learning rate on a logarithmic scale: each whole step is ten times more.",
        )
    # A cleared field is None, which no rule accepts: Config says so in its own words.
    try:
        return Config(**values)
    except ValueError as error:
        st.error(str(error).replace("$", r"\$"), icon=":material/error:")
        return None


def _whole_number(where: Any, label: str, name: str, low: int, high: int, step: int = 1) -> int:
    number: int = where.number_input(
        label,
        low,
        high,
        getattr(DEFAULTS, name),
        step,
        key=name,
        help=HELP[name],
        bind="query-params",
    )
    return number


def _set_learning_rate() -> None:
    exponent = st.session_state.learning_rate_exponent
    st.session_state.learning_rate = float(f"{10**exponent:.2g}")


def _draw_seed() -> None:
    st.session_state.seed = random.randrange(10_000)


def _widths_text(widths: tuple[int, ...]) -> str:
    return ",".join(str(width) for width in widths)


def _hidden_layers() -> Any:
    """Draw the layers' widths as text and as plus and minus buttons; return them parsed."""
    text = st.text_input(
        "Hidden layers",
        _widths_text(DEFAULTS.hidden_layers),
        key="hidden_layers",
        help=HELP["hidden_layers"],
        bind="query-params",
        placeholder="none: a straight boundary",
    )
    widths = parse("hidden_layers", text or "")
    if not isinstance(widths, tuple):
        return widths

    def change(new: tuple[int, ...]) -> None:
        st.session_state.hidden_layers = _widths_text(new)

    def button(icon: str, name: str, help_: str, new: tuple[int, ...], *, off: bool) -> None:
        st.button(
            icon, key=name, on_click=change, args=(new,), disabled=off, help=help_, type="tertiary"
        )

    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        count = len(widths)
        st.markdown(f"{count} hidden layer{'s' * (count != 1)}")
        button(
            ":material/remove:",
            "remove_layer",
            "Remove the last layer.",
            widths[:-1],
            off=count == 0,
        )
        button(
            ":material/add:",
            "add_layer",
            "Add a layer behind the last.",
            (*widths, widths[-1] if widths else 4),
            off=count >= MAX_LAYERS,
        )
    for layer, width in enumerate(widths[:MAX_LAYERS]):
        head, tail = widths[:layer], widths[layer + 1 :]
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.markdown(f":gray[Layer {layer + 1}:] {width} unit{'s' * (width != 1)}")
            button(
                ":material/remove:",
                f"narrow_{layer}",
                f"One unit fewer in layer {layer + 1}.",
                (*head, width - 1, *tail),
                off=width <= 1,
            )
            button(
                ":material/add:",
                f"widen_{layer}",
                f"One unit more in layer {layer + 1}.",
                (*head, width + 1, *tail),
                off=width >= MAX_WIDTH,
            )
    return widths


def _follow(config: Config | None) -> None:
    """Let the run follow the settings: the training knobs in place, all else by a new run."""
    state = st.session_state
    if config is None:
        if "run" not in state:
            state.run = start(DEFAULTS)
        return
    if "run" not in state:
        state.run = start(config)
        return
    old, new = asdict(state.run.config), asdict(config)
    changed = {name for name in new if old[name] != new[name]}
    if changed - LIVE_SETTINGS:
        _reset(config)
    elif changed:
        # A run that diverged may go on from its last finite parameters at another rate.
        state.run = replace(state.run, config=config, diverged=False)


def _reset(config: Config) -> None:
    st.session_state.running = False
    st.session_state.run = start(config)


def _goal(run: Run, *, running: bool) -> int:
    """Return the iteration to stop at: the next whole multiple of config.iterations."""
    once = run.config.iterations
    rounds = run.iteration // once + 1 if running else -(-run.iteration // once)
    return max(1, rounds) * once


def _set_running(running: bool) -> None:
    st.session_state.running = running


def _step(iterations: int) -> None:
    st.session_state.running = False
    st.session_state.run = advance(st.session_state.run, iterations, seconds=BUDGET_SECONDS)


def _controls(run: Run) -> None:
    running = st.session_state.running
    finished = not running and run.iteration > 0 and run.iteration % run.config.iterations == 0
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            "Pause" if running else "Start",
            key="start",
            type="primary",
            on_click=_set_running,
            args=(not running,),
            disabled=run.diverged,
            help=f"Go on for {run.config.iterations:,} more iterations."
            if finished
            else "Start or pause the training (space).",
        )
        speed = SPEEDS[st.session_state.get("speed") or "10"]
        st.button(
            "Step",
            key="step",
            on_click=_step,
            args=(1,),
            disabled=run.diverged,
            help="Make one iteration (→).",
        )
        st.button(
            f"Step {speed if speed <= 100 else 1000}",
            key="step_tick",
            on_click=_step,
            args=(speed if speed <= 100 else 1000,),
            disabled=run.diverged,
            help="Make as many iterations as one update of the page (Shift and →).",
        )
        st.button(
            "Reset",
            key="reset",
            on_click=_reset,
            args=(run.config,),
            help="Back to iteration 0 with the same seed (R).",
        )
        st.segmented_control(
            "Speed",
            list(SPEEDS),
            format_func=str.capitalize,
            default="10",
            required=True,
            key="speed",
            label_visibility="collapsed",
            bind="query-params",
            help="Iterations per update of the page; Max makes as many as time allows.",
        )
        st.toggle("Log loss", key="log_loss", help="Show the loss on a logarithmic axis.")


@contextmanager
def _turn() -> Iterator[int]:
    """Wait for this session's turn to train; yields how many others wait behind it."""
    _waiting.append(threading.get_ident())
    with _training:
        _waiting.remove(threading.get_ident())
        yield len(_waiting)


def _tick(run: Run, speed: int) -> tuple[Run, list[tuple[int, str]]]:
    """Advance by one tick and draw the boundary several times on the way, as load allows."""
    todo = min(speed, _goal(run, running=True) - run.iteration)
    frames = []
    with _turn() as others:
        count = min(todo, 1 if others else MAX_FRAMES)
        for frame in range(count):
            share = todo * (frame + 1) // count - todo * frame // count
            run = advance(run, share, seconds=BUDGET_SECONDS / count)
            frames.append((run.iteration, figures.boundary_image(run)))
    return run, frames


def _live() -> None:
    """Make one tick of training while running, then draw all that shows the run."""
    state = st.session_state
    run: Run = state.run
    frames: list[tuple[int, str]] = []
    speed = 0.0
    if state.running and not run.diverged:
        began = time.perf_counter()
        before = run.iteration
        run, frames = _tick(run, SPEEDS[state.get("speed") or "10"])
        speed = (run.iteration - before) / (time.perf_counter() - began + TICK_SECONDS)
        state.run = run
        if run.diverged or run.iteration % run.config.iterations == 0:
            state.running = False
            st.rerun()
    _draw(run, frames, speed)
    if frames:
        # Where ticks take longer than their interval, the next would begin at once, and the charts
        # of this one would never leave the server.
        time.sleep(FLUSH_SECONDS)


def _draw(run: Run, frames: list[tuple[int, str]], speed: float) -> None:
    metrics = evaluate(run)
    goal = _goal(run, running=st.session_state.running)
    if run.diverged:
        st.error(
            f"Diverged at iteration {run.iteration:,}: the loss is no longer finite. "
            f"Try a learning rate below {run.config.learning_rate / 3:.1g}."
        )
    text = f"{run.iteration:,} of {goal:,} iterations"
    if speed:
        text += f" · {speed:,.0f} it/s · {(goal - run.iteration) / speed:,.1f} s left"
    elif run.iteration == goal:
        text += " · finished"
    st.progress(min(1.0, run.iteration / goal), text)
    st.markdown(
        f"train loss **{metrics.train_loss:.4f}** &emsp; test loss **{metrics.test_loss:.4f}** "
        f"&emsp; train accuracy **{metrics.train_accuracy:.1%}** "
        f"&emsp; test accuracy **{metrics.test_accuracy:.1%}**"
    )
    context = get_script_run_ctx()
    session = context.session_id if context else ""
    left, right = st.columns(2)
    with left:
        live_chart(
            "decision-boundary",
            figures.decision_boundary(run.dataset),
            alt=f"Decision boundary at iteration {run.iteration}: {metrics.test_accuracy:.0%} of "
            "the test points are on the right side.",
            iteration=run.iteration,
            session=session,
            frames=frames or [(run.iteration, figures.boundary_image(run))],
            extent=figures.plane_extent(run.dataset),
        )
    with right:
        live_chart(
            "loss-curve",
            figures.loss_curve(
                run, metrics.train_loss, log=st.session_state.get("log_loss", False)
            ),
            alt=f"Loss curve up to iteration {run.iteration}: train loss {metrics.train_loss:.4f}, "
            f"test loss {metrics.test_loss:.4f}.",
            iteration=run.iteration,
            session=session,
        )


def _explanation(config: Config) -> None:
    """Give the article's equations with the shapes of this network."""
    with st.expander("What is going on"):
        n_samples, sizes = config.samples, config.layer_sizes
        last = len(sizes) - 1
        st.markdown(
            f"The {n_samples} points stand as rows in $A_0$, {n_samples} × {sizes[0]}. Each layer "
            "multiplies by its weights, adds its biases and applies its activation $g$ "
            f"({config.activation} in hidden layers, sigmoid at the output):"
        )
        for layer in range(1, last + 1):
            activation = r"\sigma" if layer == last else "g"
            st.latex(
                rf"\underset{{{n_samples}\times{sizes[layer]}}}{{A_{layer}}} = {activation}\Big("
                rf"\underset{{{n_samples}\times{sizes[layer - 1]}}}{{A_{layer - 1}}}\,"
                rf"\underset{{{sizes[layer - 1]}\times{sizes[layer]}}}{{W_{layer}}} + "
                rf"\underset{{1\times{sizes[layer]}}}{{b_{layer}}}\Big)"
            )
        st.markdown("The loss says how far the last activations are from the targets $t$:")
        st.latex(
            rf"L = -\frac1{{{n_samples}}}\sum_i t_i \log a_i + (1 - t_i)\log(1 - a_i), "
            rf"\qquad a = A_{last}"
        )
        st.markdown("Backwards, layer by layer, the chain rule gives each weight's share in it:")
        st.latex(
            rf"dZ_{last} = \frac{{A_{last} - t}}{{{n_samples}}},\quad "
            r"dW_l = A_{l-1}^\top dZ_l,\quad db_l = \textstyle\sum_i dZ_l,\quad "
            r"dZ_{l-1} = dZ_l W_l^\top \odot g'(Z_{l-1})"
        )
        st.markdown("and every weight moves a little downhill:")
        st.latex(rf"W_l \leftarrow W_l - {config.learning_rate:g}\; dW_l")
