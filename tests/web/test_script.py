"""The components and the small script in a real browser, under the real content security policy."""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import ConsoleMessage, Page, expect
from pytest_django.live_server_helper import LiveServer

NewPage = Callable[..., Page]
# 640 px is a desk at 200 %, 320 px one at 400 %.
WINDOWS = [(320, "light"), (390, "dark"), (640, "dark"), (1280, "light")]

pytestmark = [pytest.mark.urls("tests.web.pages"), pytest.mark.once]


@pytest.fixture
def page(desktop_page: Page) -> Iterator[Page]:
    """A page at a desk, on which the policy refuses nothing of ours."""
    refused: list[str] = []

    def listen(message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text:
            refused.append(message.text)

    desktop_page.on("console", listen)
    yield desktop_page
    assert not refused


@pytest.mark.parametrize(("width", "scheme"), WINDOWS)
def test_components_are_accessible_and_fit(
    live_server: LiveServer, new_page: NewPage, axe: Callable[[Page], list[str]], width: int, scheme: str
) -> None:
    page = new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page.goto(live_server.url + "/?wrong")
    assert axe(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_large_letter_does_not_break_the_page(live_server: LiveServer, page: Page) -> None:
    page.goto(live_server.url)
    page.evaluate("document.documentElement.style.setProperty('font-size', '200%')")
    assert page.evaluate("document.documentElement.scrollWidth") <= 1280


def test_nothing_to_click_is_smaller_than_24_pixels(live_server: LiveServer, page: Page) -> None:
    page.goto(live_server.url)
    page.locator("summary").first.click()
    small = page.evaluate("""() => [...document.querySelectorAll('a, button, input, summary, select, textarea')]
        .filter(e => e.checkVisibility() && !e.closest('p, .error-summary, .skip-link') && !e.matches('.skip-link'))
        .map(e => [e.outerHTML.slice(0, 80), e.getBoundingClientRect()])
        .filter(([, box]) => box.width < 24 || box.height < 24).map(([html]) => html)""")
    assert small == []


def test_a_countdown_counts_and_tells_the_server_at_zero(live_server: LiveServer, page: Page) -> None:
    page.goto(live_server.url + "/live/")
    expect(page.locator("[data-countdown]")).to_have_text("it went out")
    expect(page.locator("#told")).to_have_text("the server was told")


def test_a_wrong_clock_on_the_device_does_not_change_the_countdown(live_server: LiveServer, page: Page) -> None:
    page.clock.set_system_time("2031-01-01T00:00:00Z")
    page.goto(live_server.url + "/live/?seconds=60")
    expect(page.locator("[data-countdown]")).to_have_text(re.compile(r"^(1:00|0:5\d)$"))


def test_a_time_ago_is_kept_right(live_server: LiveServer, page: Page) -> None:
    page.goto(live_server.url)
    expect(page.locator("time[data-ago]")).to_have_text("5 minuten geleden")


def test_stopping_everything_asks_first_and_can_be_cancelled_with_the_keyboard(
    live_server: LiveServer, page: Page
) -> None:
    page.goto(live_server.url)
    button = page.locator(".stop-all")
    button.press("Enter")
    dialog = page.locator("#halt-dialog")
    expect(dialog).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(button).to_be_focused()
    button.click()
    dialog.locator("input[name=reason]").fill("wrong photo")
    dialog.locator("button[type=submit]").click()
    expect(page.locator("body")).to_contain_text("POST wrong photo")


def test_without_javascript_stopping_everything_has_a_page(live_server: LiveServer, new_page: NewPage) -> None:
    page = new_page(java_script_enabled=False)
    page.goto(live_server.url)
    page.locator(".stop-all").click()
    expect(page.locator("body")).to_contain_text("GET")


def test_htmx_sends_the_token(live_server: LiveServer, page: Page) -> None:
    page.goto(live_server.url + "/live/")
    page.locator("#add").click()
    expect(page.locator("#sum")).to_have_text("1")


def test_an_error_page_is_not_put_into_the_page(live_server: LiveServer, page: Page) -> None:
    page.goto(live_server.url + "/live/")
    with page.expect_response("**/broken/"):
        page.locator("#broken").click()
    page.locator("#add").click()
    expect(page.locator("#sum")).to_have_text("1")
    expect(page.locator("body")).not_to_contain_text("stack trace")


def test_a_script_in_an_answer_does_not_run(live_server: LiveServer, desktop_page: Page) -> None:
    desktop_page.goto(live_server.url + "/live/")
    desktop_page.locator("#evil").click()
    expect(desktop_page.locator("#sum")).to_contain_text("2")
    expect(desktop_page).to_have_title(re.compile("^Live"))


def test_a_redirect_opens_the_page_anew(live_server: LiveServer, page: Page) -> None:
    page.goto(live_server.url + "/live/")
    page.evaluate("document.body.dataset.mine = 'old'")
    page.locator("#away").click()
    expect(page.locator("body:not([data-mine]) h1")).to_have_text("Live")


def test_a_log_out_does_not_cost_what_was_typed(live_server: LiveServer, page: Page) -> None:
    page.goto(live_server.url + "/live/")
    page.locator("#words").fill("half a post")
    page.locator("#away").click()
    expect(page.locator("#messages")).not_to_be_empty()
    expect(page.locator("#words")).to_have_value("half a post")


def test_leaving_unsaved_words_asks(live_server: LiveServer, page: Page) -> None:
    page.goto(live_server.url + "/live/")
    page.locator("#words").press_sequentially("half a post")
    asked: list[str] = []

    def stay(dialog: object) -> None:
        asked.append(dialog.type)  # type: ignore[attr-defined]
        dialog.accept()  # type: ignore[attr-defined]

    page.on("dialog", stay)
    page.goto(live_server.url)
    assert asked == ["beforeunload"]


def test_the_first_thing_read_in_a_refused_form_is_what_is_wrong(live_server: LiveServer, page: Page) -> None:
    page.goto(live_server.url + "/?wrong")
    expect(page.locator(".error-summary")).to_be_focused()
    words = page.locator("#id_words")
    expect(words).to_have_attribute("aria-invalid", "true")
    assert words.get_attribute("aria-describedby") == "id_words_helptext id_words_error"
    expect(page.locator("#id_words_error")).to_be_visible()


def test_a_menu_closes_with_escape_and_gives_the_focus_back(live_server: LiveServer, page: Page) -> None:
    page.goto(live_server.url)
    summary = page.locator(".main-nav summary")
    summary.press("Enter")
    line = page.locator(".main-nav .panel a").first
    line.focus()
    page.keyboard.press("Escape")
    expect(line).to_be_hidden()
    expect(summary).to_be_focused()


def test_a_menu_closes_when_one_clicks_elsewhere(live_server: LiveServer, page: Page) -> None:
    page.goto(live_server.url)
    page.locator(".main-nav summary").click()
    expect(page.locator(".main-nav .panel")).to_be_visible()
    page.locator("h1").first.click()
    expect(page.locator(".main-nav .panel")).to_be_hidden()


def test_the_first_tab_leads_past_the_menu(live_server: LiveServer, page: Page) -> None:
    page.goto(live_server.url)
    page.keyboard.press("Tab")
    expect(page.locator(".skip-link")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
