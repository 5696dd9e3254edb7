"""A click counts once, though the browser sends it with a fragment's timer and again on its own."""

from playwright.sync_api import Page
from streamlit.proto.BackMsg_pb2 import BackMsg

from nnlab.app.click_once import is_copy
from tests.helpers.browser_page import open_page, press, settled, wait_for_iteration, wait_in

LATE_MS = 1000  # many ticks


def request(*, auto: bool, clicked: bool = True) -> BackMsg:
    message = BackMsg()
    message.rerun_script.query_string = "speed=10"
    message.rerun_script.is_auto_rerun = auto
    widgets = message.rerun_script.widget_states.widgets
    widgets.add(id="a field", string_value="10,5")
    if clicked:
        widgets.add(id="a button", trigger_value=True)
    return message


def test_only_messages_of_timers_with_a_click_are_copies() -> None:
    assert is_copy(request(auto=True).SerializeToString())
    for message in (
        request(auto=False),
        request(auto=True, clicked=False),
        BackMsg(stop_script=True),
    ):
        assert not is_copy(message.SerializeToString())
    assert not is_copy(b"\xff\xff")


def test_a_click_that_a_timer_sends_first_counts_once(page: Page, server: str) -> None:
    """As in a busy browser, the page's own timer for the click is late."""
    page.add_init_script(
        f"""const original = window.setTimeout;
        window.setTimeout = (act, delay, ...values) => String(act).includes("pendingTriggerIds")
          ? original(() => {{ act(); window.sent = true; }}, {LATE_MS})
          : original(act, delay, ...values);"""
    )
    open_page(page, server, "samples=100&speed=1")
    press(page, "Start")
    wait_for_iteration(page, 20)
    page.evaluate("window.sent = false")
    press(page, "New seed")
    page.wait_for_function("window.sent")
    wait_in(page, lambda: "seed=" in page.url)
    press(page, "Step")
    wait_in(page, lambda: settled(page) == 1)
    assert "seed=485" in page.url  # the one after 4; another click would make it 6186
