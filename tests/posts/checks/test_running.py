from collections.abc import Iterator

import pytest

from tests.posts.checks.conftest import Drafted
from vierogen.posts.checks import running
from vierogen.posts.checks.base import Check, Draft, Finding, Tier
from vierogen.posts.checks.running import checks, run


class Says(Check):
    """Yields what it was made with, then crashes where that was asked."""

    key = "says"
    title = why = todo = "x"
    agreement = "x"

    def __init__(self, *tiers: Tier, crash: bool = False) -> None:
        self.tiers, self.crash = tiers, crash

    def findings(self, draft: Draft) -> Iterator[Finding]:
        for tier in self.tiers:
            yield Finding(self.key, tier, str(tier))
        if self.crash:
            raise ZeroDivisionError(draft.text)


def only(monkeypatch: pytest.MonkeyPatch, *found: Check) -> None:
    monkeypatch.setattr(running, "checks", lambda: {str(at): check for at, check in enumerate(found)})


def test_a_crashed_check_says_not_checked_and_the_others_still_run(
    monkeypatch: pytest.MonkeyPatch, drafted: Drafted
) -> None:
    only(monkeypatch, Says(crash=True), Says(Tier.LOOK))
    assert [finding.tier for finding in run(drafted())] == [Tier.LOOK, Tier.NOT_CHECKED]


def test_what_a_check_found_before_it_crashed_is_kept(monkeypatch: pytest.MonkeyPatch, drafted: Drafted) -> None:
    only(monkeypatch, Says(Tier.STOP, crash=True))
    assert [finding.tier for finding in run(drafted())] == [Tier.STOP, Tier.NOT_CHECKED]


def test_stops_come_first(monkeypatch: pytest.MonkeyPatch, drafted: Drafted) -> None:
    only(monkeypatch, Says(Tier.NOT_CHECKED, Tier.LOOK), Says(Tier.LOOK, Tier.STOP))
    tiers = [finding.tier for finding in run(drafted())]
    assert tiers == [Tier.STOP, Tier.LOOK, Tier.LOOK, Tier.NOT_CHECKED]


def test_the_checks_of_the_first_release_are_found() -> None:
    assert set(checks()) >= {
        "duplicate",
        "gibberish",
        "length",
        "links",
        "missing_alt",
        "place_in_picture",
        "placeholder",
    }


def test_a_draft_with_several_faults_gets_them_all(drafted: Drafted) -> None:
    text = "Dag {{ naam }}, kijk op https://gemeente-vorbeeld.nl ;l;;gmlxzssaw"
    found = {finding.check for finding in run(drafted(text, own_domains=("gemeente-voorbeeld.nl",)))}
    # "form": on Instagram nothing goes out without a picture.
    assert found == {"placeholder", "links", "gibberish", "form"}
