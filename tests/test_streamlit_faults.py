"""Faults of Streamlit that show when much happens at once do not reach the user."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from contextvars import copy_context
from dataclasses import replace
from pathlib import PurePosixPath
from unittest.mock import Mock, patch

import pytest
from playwright.sync_api import Page
from streamlit.delta_generator import DeltaGenerator
from streamlit.delta_generator_singletons import context_dg_stack, get_default_dg_stack_value
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.forward_msg_queue import ForwardMsgQueue
from streamlit.runtime.media_file_manager import MediaFileManager
from streamlit.runtime.media_file_storage import MediaFileStorageError
from streamlit.runtime.memory_media_file_storage import MemoryMediaFileStorage
from streamlit.runtime.script_data import ScriptData
from streamlit.runtime.scriptrunner import RerunData, RerunException, ScriptRunner
from streamlit.runtime.scriptrunner_utils.script_requests import ScriptRequests
from streamlit.runtime.state import SafeSessionState, SessionState

from nnlab.app import entry  # noqa: F401 - it mends them
from tests.helpers.browser_page import button, iteration, open_page, press, settled, wait_in


def test_a_command_comes_to_its_end_though_another_click_has_arrived() -> None:
    read = list[str]()

    class Session(SessionState):
        def on_script_will_rerun(self, *_: object, **__: object) -> None:
            read.append(state["a field"])

    def break_off() -> None:
        raise RerunException(RerunData())

    inner = Session()
    inner["a field"] = "10,5"
    state = SafeSessionState(inner, break_off)
    state.on_script_will_rerun(None)
    assert read == ["10,5"]
    with pytest.raises(RerunException):  # the newer message is next
        state["a field"]


class BegunError(Exception):
    """A script run has begun."""


def clicks(*buttons: str) -> ClientState:
    """Return a message of the browser."""
    message = ClientState()
    for name in buttons:
        message.widget_states.widgets.add(id=name, trigger_value=True)
    return message


def test_a_click_is_kept_though_another_comes_before_its_script_run_begins() -> None:
    """With Streamlit's option fastReruns, the first would be thrown away."""

    async def waiting() -> RerunData:
        session = AppSession(ScriptData("main.py"), Mock(), Mock(), None, {})
        with patch.object(ScriptRunner, "start"):  # it has not begun
            session.request_rerun(clicks("new seed"))
            session.request_rerun(clicks("pause"))
        session._script_event_loop.close()
        return session._scriptrunner._requests.on_scriptrunner_ready().rerun_data

    with ThreadPoolExecutor() as pool:  # Playwright's event loop may run in this thread
        rerun = pool.submit(asyncio.run, waiting()).result()
    assert {widget.id for widget in rerun.widget_states.widgets} == {"new seed", "pause"}


def test_a_link_to_another_page_is_followed_though_a_fragment_asks_for_its_own_page() -> None:
    """On a busy server, the click on Explore while a run trained was lost."""
    link = RerunData("samples=200", page_script_hash="explore", page_name="explore")
    requests = ScriptRequests()
    requests.request_rerun(link)
    answer = clicks("pause").widget_states
    requests.request_rerun(
        RerunData("speed=100", answer, page_script_hash="playground", fragment_id="charts")
    )
    assert requests.on_scriptrunner_ready().rerun_data == replace(link, widget_states=answer)


@pytest.mark.parametrize(("page", "is_run"), [("explore", True), ("playground", False), ("", True)])
def test_a_fragment_of_a_page_that_was_left_is_not_run(page: str, is_run: bool) -> None:
    """It emptied the new page."""
    runner = Mock()
    runner._pages_manager.current_page_script_hash = "explore"
    request = RerunData(page_script_hash=page, fragment_id_queue=["charts"])
    runner._install_event_loop.side_effect = BegunError
    with pytest.raises(BegunError) if is_run else nullcontext():
        ScriptRunner._run_script(runner, request)


def drawing(place: int, words: str, fragment: str = "") -> ForwardMsg:
    """Return a message that draws a text at a place of the page."""
    message = ForwardMsg()
    message.metadata.delta_path.extend([0, place])
    message.delta.fragment_id = fragment
    message.delta.new_element.markdown.body = words
    return message


def test_a_fragment_that_runs_again_leaves_no_gap_before_what_follows_it() -> None:
    queue = ForwardMsgQueue()
    page = [drawing(0, "a title"), drawing(1, "then", "a fragment"), drawing(2, "the end")]
    page.append(ForwardMsg(script_finished=ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY))
    now = drawing(1, "now", "a fragment")
    for message in page:
        queue.enqueue(message)
    queue.clear(retain_lifecycle_msgs=True, fragment_ids_this_run=["a fragment"])
    queue.enqueue(now)
    assert queue.flush() == [*page, now]
    for message in page:
        queue.enqueue(message)
    queue.clear(retain_lifecycle_msgs=True)  # the whole page is drawn again
    assert [message.WhichOneof("type") for message in queue.flush()] == ["script_finished"]


def test_a_page_is_not_drawn_inside_the_fragment_that_ran_before_it() -> None:
    def run_after_a_fragment() -> tuple[DeltaGenerator, ...]:
        context_dg_stack.set((*context_dg_stack.get(), DeltaGenerator()))
        runner = Mock()
        runner._install_event_loop.side_effect = BegunError
        with pytest.raises(BegunError):
            ScriptRunner._run_script(runner, RerunData())
        return context_dg_stack.get()

    assert copy_context().run(run_after_a_fragment) == get_default_dg_stack_value()


def test_a_click_on_a_button_finds_its_file_though_it_has_been_drawn_again() -> None:
    files = MediaFileManager(MemoryMediaFileStorage("/media"))
    drawn = [
        files.add_deferred(lambda words=words: words, "text/plain", place, element_id="save")
        for words, place in [("before", "its place"), ("now", "another place")]
    ]
    files.remove_orphaned_files()  # as after each script run
    for address in drawn:
        name = PurePosixPath(files.execute_deferred(address)).name
        assert files._storage.get_file(name).content == b"now"
    other = files.add_deferred(lambda: "other", "text/plain", "a third place", element_id="other")
    assert other not in drawn


def test_a_file_made_on_a_click_stays_while_fragments_and_other_sessions_run() -> None:
    storage = MemoryMediaFileStorage("/media")
    files = MediaFileManager(storage)
    button = files.add_deferred(lambda: "a file", "text/plain", "its place")
    name = PurePosixPath(files.execute_deferred(button)).name
    for _ in range(3):
        files.remove_orphaned_files()  # as after each script run
    assert storage.get_file(name).content == b"a file"
    assert files.execute_deferred(button)  # once more
    files.clear_session_refs()
    for _ in range(3):
        files.remove_orphaned_files()
    with pytest.raises(MediaFileStorageError):
        storage.get_file(name)


def test_a_file_made_for_a_session_that_has_ended_is_not_kept() -> None:
    storage = MemoryMediaFileStorage("/media")
    files = MediaFileManager(storage)

    def make() -> str:
        files.clear_session_refs()
        return "a file"

    name = PurePosixPath(files.execute_deferred(files.add_deferred(make, None, "its place"))).name
    for _ in range(2):
        files.remove_orphaned_files()
    with pytest.raises(MediaFileStorageError):
        storage.get_file(name)


def test_no_click_is_lost_to_the_one_after_it(page: Page, server: str) -> None:
    """Without the mends, about every fourth of clicks as close as these was lost.

    A new seed pauses the run, too, so the button may be gone already.
    """
    open_page(page, server, "samples=100&iterations=1000000")
    for wait in range(0, 60, 5):  # ms
        press(page, "Start")
        wait_in(page, lambda: iteration(page) > 0)
        before = page.url
        page.evaluate(
            """(wait) => {
              document.querySelector(".st-key-new_seed button").click();
              setTimeout(() => document.querySelector(".st-key-pause button")?.click(), wait);
            }""",
            wait,
        )
        wait_in(page, lambda before=before: page.url != before)
        wait_in(page, lambda: button(page, "Start").is_visible())
        settled(page)
