"""A link hides what a class should not see, and its QR code is the link itself."""

import re
from urllib.parse import parse_qsl, urlencode, urlsplit

import cv2
import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

from nnlab import Config
from nnlab.app.links import config_query
from nnlab.app.playground.hiding import NAMES
from nnlab.app.playground.sharing import MAX_LENGTH, qr_code
from nnlab.training.config import SETTINGS
from tests.helpers.app_page import open_playground, press, run_of
from tests.helpers.browser_page import button, chart, field, legend_of, open_page, settled, wait_in
from tests.test_presenting_browser import presents


def notices(query: str) -> list[str]:
    return [str(warning.value) for warning in open_playground(hide=query).warning]


def test_a_hidden_setting_keeps_the_value_of_its_link() -> None:
    app = open_playground(hide="noise,layers", noise="0.2", learning_rate="0.3")
    for _ in range(2):
        assert (run_of(app).config.noise, run_of(app).config.learning_rate) == (0.2, 0.3)
        assert app.query_params["hide"] == "noise,layers"
        press(app, "reset")


def test_the_label_of_a_popover_does_not_name_what_is_hidden() -> None:
    app = open_playground(hide="noise,test_samples,points")
    labels = [str(popover.proto.popover.label) for popover in app.sidebar.get("popover")]
    assert "seed 4" in labels


def test_a_hidden_panel_is_not_offered_and_not_open() -> None:
    app = open_playground(hide="network,equations")
    assert app.button_group(key="panel").options == ["Layers", "One step"]
    assert app.button_group(key="panel").value is None


def test_an_unknown_name_is_one_sentence_and_the_known_ones_count() -> None:
    (sentence,) = notices("noise, nois,<b>x</b>")
    assert sentence == (
        "The link's hide must hold names that Share offers, such as noise, layers or save, not "
        "`'nois,<b>x</b>'`."
    )
    app = open_playground(hide="noise, nois")
    assert app.query_params["hide"] == "noise"
    assert notices("noise,noise, ,layers") == []


def test_each_setting_can_be_hidden() -> None:
    assert set(SETTINGS) <= set(NAMES)


def test_a_link_that_is_too_long_for_the_last_row_has_no_code() -> None:
    start = "http://localhost:8501/?points="
    assert qr_code(start + "1" * (MAX_LENGTH - len(start)))
    assert qr_code(start.ljust(MAX_LENGTH + 1, "a")) is None
    assert qr_code(start.ljust(10_000, "a")) is None


def visible_controls(page: Page) -> list[str]:
    """Return the labels of the sidebar's fields that one sees, also in an open popover."""
    return page.evaluate(
        """() => [...document.querySelectorAll(
          ':is(.stSidebar, [data-testid=stPopoverBody]) :is(input, [role=radio], [role=option])')]
          .filter((each) => each.checkVisibility({ visibilityProperty: true }))
          .map((each) => each.getAttribute('aria-label') ?? each.textContent)"""
    )


def test_hidden_settings_are_nowhere_on_the_page(page: Page, server: str) -> None:
    open_page(page, server, f"samples=100&noise=0.2&hide={','.join(SETTINGS)}&optimizer=momentum")
    wait_in(page, lambda: visible_controls(page) == [])
    for popover in page.locator(".stSidebar").get_by_test_id("stPopover").all():
        popover.get_by_role("button").click()
        expect(page.get_by_test_id("stPopoverBody")).to_be_attached()
        assert visible_controls(page) == []
        page.keyboard.press("Escape")
        expect(page.get_by_test_id("stPopoverBody")).to_have_count(0)
    expect(button(page, "New seed")).to_be_hidden()
    button(page, "Reset").click()
    settled(page)
    assert visible_controls(page) == []


def test_hidden_parts_are_nowhere_on_the_page(page: Page, server: str) -> None:
    names = [name for name in NAMES if name not in SETTINGS]
    open_page(page, server, f"samples=100&hide={','.join(names)}")
    expect(button(page, "Start")).to_be_visible()
    for name in ("Step", "Reset", "Save", "Share", "Undo", "Clear", "Show"):
        expect(button(page, name)).to_be_hidden()
    for part in (".stSidebar", ".network", ".time-line", "[role=radiogroup]", ".st-key-log_axis"):
        expect(page.locator(part).filter(visible=True)).to_have_count(0)
    expect(page.get_by_text("The link's hide")).to_have_count(0)


def test_what_is_hidden_stays_hidden_after_an_example_and_a_visit_to_explore(
    page: Page, server: str
) -> None:
    open_page(page, server, "samples=100&hide=speed,log_loss")
    hidden = page.get_by_role("radiogroup", name="Speed").or_(page.get_by_label("Log axis"))
    expect(hidden).to_have_count(2)
    for leave in ("Diverging, and why", "Explore"):
        if leave == "Explore":
            page.get_by_role("link", name="Explore").click()
            page.get_by_role("link", name="Playground").click()
        else:
            button(page, leave).click()
            wait_in(page, lambda: "leaky_relu" in page.url)
        expect(page.locator(".st-key-speed_choice")).to_be_attached()
        expect(hidden.filter(visible=True)).to_have_count(0)


def test_keys_do_not_press_hidden_buttons(page: Page, server: str) -> None:
    open_page(page, server, "samples=100&speed=10&hide=reset")
    page.keyboard.press("Shift+ArrowRight")
    wait_in(page, lambda: settled(page) == 10)
    page.keyboard.press("r")
    page.keyboard.press("ArrowRight")
    wait_in(page, lambda: settled(page) == 11)


@pytest.mark.parametrize("query", ["present=true", "hide=tools", "hide=points"])
def test_where_the_tools_are_hidden_a_click_draws_no_point_and_a_legend_names_the_classes(
    page: Page, server: str, query: str
) -> None:
    points = "eNoz0DPVMQBiQy5dAzDTSMcAACWVA5I"
    open_page(page, server, f"dataset=own&points={points}&{query}")
    expect(chart(page, "decision-boundary").locator(".brush")).to_be_hidden()
    expect(legend_of(page)).to_have_text("● orange● blue")
    expect(legend_of(page)).to_be_visible()


def code(page: Page) -> Locator:
    return page.locator(".st-key-share_code img")


def decoded(page: Page) -> str:
    """Return the text of the QR code that one sees, as another library reads it."""
    picture = cv2.imdecode(np.frombuffer(page.screenshot(), np.uint8), cv2.IMREAD_COLOR)
    return cv2.QRCodeDetector().detectAndDecode(picture)[0]


def shared_link(page: Page) -> str:
    return page.locator("[data-testid=stPopoverBody] code").inner_text().replace("\n", "")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_share_gives_the_link_and_its_code_to_the_last_row(
    page: Page, server: str, scheme: str
) -> None:
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    open_page(page, server, "samples=100&learning_rate=0.3&panel=layers")
    button(page, "Share").click()
    expect(code(page)).to_be_in_viewport(ratio=1)
    box = code(page).bounding_box()
    assert box
    assert box["width"] == box["height"] >= 440
    assert urlsplit(shared_link(page)).netloc == urlsplit(server).netloc
    wait_in(page, lambda: decoded(page) == shared_link(page))
    assert dict(parse_qsl(urlsplit(shared_link(page)).query)) == {
        "samples": "100",
        "learning_rate": "0.3",
        "panel": "layers",
    }

    page.get_by_role("combobox", name=re.compile("Hide")).fill("Noise")
    page.get_by_role("option", name="Noise", exact=True).click()
    page.keyboard.press("Tab")  # closes the list
    page.get_by_text("Open in presentation mode").click()
    wait_in(page, lambda: "hide=noise" in decoded(page) and "present=true" in decoded(page))
    link = shared_link(page)
    assert decoded(page) == link
    open_page(page, server, urlsplit(link).query)
    expect(presents(page)).to_contain_text("learning rate 0.3")
    page.keyboard.press("Escape")
    expect(field(page, "Training points")).to_be_visible()
    expect(field(page, "Noise")).to_be_hidden()


def copied(page: Page) -> str:
    """Return what the clipboard holds."""
    return page.evaluate(
        "Navigator.prototype.__lookupGetter__('clipboard').call(navigator).readText()"
    )


def test_a_button_copies_the_link_also_without_https_or_else_selects_it(
    page: Page, server: str
) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    open_page(page, server, "samples=100&hide=noise")
    button(page, "Share").click()
    said, copy = page.locator(".shared-link output"), button(page, "Copy link")
    copy.focus()
    page.keyboard.press("Enter")
    expect(said).to_have_text("Copied")
    assert copied(page) == shared_link(page)

    page.evaluate("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    page.get_by_text("Open in presentation mode").click()
    expect(said).to_be_empty()
    copy.click()
    expect(said).to_have_text("Copied")
    assert copied(page) == shared_link(page)
    assert "present=true" in copied(page)

    page.evaluate("document.execCommand = () => false")
    copy.focus()
    page.keyboard.press("Space")
    expect(said).to_contain_text("Selected")
    assert page.evaluate("getSelection().toString()") == shared_link(page)
    page.context.clear_permissions()


def test_a_link_without_a_code_says_so_in_one_sentence(page: Page, server: str) -> None:
    places = np.random.default_rng(0).normal(size=(200, 2)).round(3).tolist()
    query = config_query(Config(samples=100, points=[(x1, x2, 1) for x1, x2 in places]))
    open_page(page, server, urlencode(query))
    button(page, "Share").click()
    expect(page.get_by_text("too many for a QR code")).to_be_visible()
    expect(code(page)).to_have_count(0)
    assert len(shared_link(page)) > MAX_LENGTH
