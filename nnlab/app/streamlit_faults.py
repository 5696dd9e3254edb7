"""Mends faults of Streamlit that show when much happens at once.

A script run breaks off for a newer message wherever it uses the session's state, even in the
commands of a click. The click is then lost, as the newer message does not hold it.

When a fragment runs again, what it drew before is taken out of the queue of messages to the browser
(https://github.com/streamlit/streamlit/pull/9381). What follows it on the page stays, and may be
the first of its container to arrive: the browser says "Bad delta path", and shows no page.

When a visitor goes to another page, what a fragment of the page before still asks for takes them
back, or empties the new page, if the server is busy.

A thread that has run a fragment draws the next page inside that fragment's container, and so
replaces every chart.

A file that is made on a click gets a new address each time its button is drawn, and the server
knows only the last one. A click on the button as it was drawn before is refused.

Such a file is deleted after any two script runs on the server, those of fragments and of other
sessions included (https://github.com/streamlit/streamlit/pull/12942). The browser may not have
fetched it yet.
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import wraps
from pathlib import PurePosixPath
from typing import Any
from uuid import NAMESPACE_OID, uuid5

from streamlit.delta_generator_singletons import context_dg_stack, get_default_dg_stack_value
from streamlit.runtime.forward_msg_queue import ForwardMsgQueue
from streamlit.runtime.media_file_manager import MediaFileManager
from streamlit.runtime.scriptrunner import RerunData, ScriptRunner
from streamlit.runtime.scriptrunner_utils.script_requests import (
    ScriptRequests,
    ScriptRequestType,
)
from streamlit.runtime.state.safe_session_state import SafeSessionState


def mend() -> None:
    """Mend these faults for the rest of this process; call it once."""
    _finish_commands()
    _keep_order()
    _stay_on_the_new_page()
    _begin_at_the_top()
    _keep_addresses()
    _keep_files()


def _finish_commands() -> None:
    """Let the commands of a click come to their end, though a newer message has arrived."""
    run_commands = SafeSessionState.on_script_will_rerun

    @wraps(run_commands)
    def without_a_break(state: SafeSessionState, *states: Any, **more: Any) -> None:
        break_off = state._yield_callback
        object.__setattr__(state, "_yield_callback", lambda: None)
        try:
            run_commands(state, *states, **more)
        finally:
            object.__setattr__(state, "_yield_callback", break_off)

    SafeSessionState.on_script_will_rerun = without_a_break  # type: ignore[method-assign,assignment]


def _keep_order() -> None:
    """Keep the messages that are still to be sent when a fragment runs again."""
    clear = ForwardMsgQueue.clear

    @wraps(clear)
    def clear_unless_fragment(
        queue: ForwardMsgQueue,
        retain_lifecycle_msgs: bool = False,
        fragment_ids_this_run: Sequence[str] | None = None,
    ) -> None:
        if fragment_ids_this_run is None:
            clear(queue, retain_lifecycle_msgs)
        else:
            # A new map, so that what the fragment draws now comes after them. The end of an earlier
            # run stays as reported, since all that it drew is sent.
            queue._delta_index_map = {}

    ForwardMsgQueue.clear = clear_unless_fragment  # type: ignore[method-assign,assignment]


def _stay_on_the_new_page() -> None:
    """Let no request of a fragment lead back to the page that the visitor has left."""
    ask, run = ScriptRequests._request_rerun_locked, ScriptRunner._run_script

    @wraps(ask)
    def ask_for_the_new_page(requests: ScriptRequests, request: RerunData) -> bool:
        waiting = requests._rerun_data
        if (
            requests._state == ScriptRequestType.RERUN
            and not waiting.fragment_id_queue
            and request.fragment_id
            and request.page_script_hash != waiting.page_script_hash
        ):  # its clicks count, but its page is left
            request = replace(
                request,
                page_script_hash=waiting.page_script_hash,
                page_name=waiting.page_name,
                query_string=waiting.query_string,
                is_history_navigation=waiting.is_history_navigation,
            )
        return ask(requests, request)

    @wraps(run)
    def run_unless_left(runner: ScriptRunner, request: RerunData) -> None:
        page = runner._pages_manager.current_page_script_hash
        asked = request.page_script_hash or page  # a client need not name its page
        if not request.fragment_id_queue or asked == page:
            run(runner, request)

    ScriptRequests._request_rerun_locked = ask_for_the_new_page  # type: ignore[method-assign,assignment]
    ScriptRunner._run_script = run_unless_left  # type: ignore[method-assign,assignment]


def _begin_at_the_top() -> None:
    """Let each script run begin outside of all containers."""
    run = ScriptRunner._run_script

    @wraps(run)
    def run_from_the_top(runner: ScriptRunner, request: RerunData) -> None:
        context_dg_stack.set(get_default_dg_stack_value())
        run(runner, request)

    ScriptRunner._run_script = run_from_the_top  # type: ignore[method-assign,assignment]


def _keep_addresses() -> None:
    """Let a button's file have the same address each time the button is drawn."""
    add = MediaFileManager.add_deferred

    @wraps(add)
    def add_at_its_address(
        files: MediaFileManager, *file: Any, element_id: str = "", **more: Any
    ) -> str:
        drawn = add(files, *file, element_id=element_id, **more)
        with files._lock:
            button = files._deferred_callables.pop(drawn)
            session, place = button["session_id"], button["coordinates"]
            kept = uuid5(NAMESPACE_OID, f"{session} {element_id or place}").hex
            files._deferred_callables[kept] = button
            files._deferred_ids_by_session[session] -= {drawn}
            files._deferred_ids_by_session[session] |= {kept}
            files._files_by_session_and_coord[session][place] = kept
        return kept

    MediaFileManager.add_deferred = add_at_its_address  # type: ignore[method-assign,assignment]


def _keep_files() -> None:
    """Keep a file that is made on a click until its session's next run of the whole script."""
    make = MediaFileManager.execute_deferred

    @wraps(make)
    def make_and_keep(files: MediaFileManager, file_id: str) -> str:
        button = files._deferred_callables.get(file_id)
        url = make(files, file_id)
        if not button:
            return url
        with files._lock:
            kept = files._files_by_session_and_coord.get(button["session_id"])
            if kept is not None:  # else the session has ended, or begins to draw its page again
                kept[f"{button['coordinates']} file"] = PurePosixPath(url).stem
        return url

    MediaFileManager.execute_deferred = make_and_keep  # type: ignore[method-assign,assignment]
