from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.posts.checks.conftest import Drafted
from vierogen.posts.checks.base import Draft, Level, Link, Tier
from vierogen.posts.checks.running import run
from vierogen.posts.checks.unlisted import Unlisted

OWN = ("gemeente-voorbeeld.nl", "leidsebrug.nl", "nos.nl")


def said(draft: Draft) -> list[tuple[Tier, str]]:
    return [(found.tier, found.message % found.values) for found in Unlisted().findings(draft)]


def tiers(draft: Draft) -> list[Tier]:
    return [tier for tier, _sentence in said(draft)]


def to(final: str) -> Callable[[str], Link]:
    return lambda url: Link(url, final, 200)


@pytest.mark.parametrize("link", ["https://anders.example/a", "anders.nl", "www.anders.example", "http://192.0.2.7/"])
def test_an_unexpected_domain_is_shown(drafted: Drafted, link: str) -> None:
    [(tier, sentence)] = said(drafted(f"Kijk op {link}.", own_domains=OWN))
    assert tier is Tier.LOOK
    assert "is not among your own or allowed addresses" in sentence


@pytest.mark.parametrize("host", ["nas.nl", "nos.pt", "voorbeeld.nl", "gemeente-anders.nl", "leidsewal.nl"])
def test_another_name_is_unexpected_but_no_imitation(drafted: Drafted, host: str) -> None:
    assert tiers(drafted(f"https://{host}", own_domains=OWN)) == [Tier.LOOK]


def test_a_domain_is_told_once_however_many_links_it_has(drafted: Drafted) -> None:
    assert len(said(drafted("https://anders.example/a https://anders.example/b", own_domains=OWN))) == 1


def test_an_organisation_without_a_list_is_told_every_domain(drafted: Drafted) -> None:
    assert tiers(drafted("https://anders.example")) == [Tier.LOOK]


def test_where_no_organisation_is_known_only_what_hides_itself_is_told(drafted: Drafted) -> None:
    [(_tier, sentence)] = said(drafted("https://anders.example en https://bit.ly/3abc", has_list=False))
    assert sentence == "https://bit.ly/3abc does not show where it leads."


def test_a_shortened_link_is_shown_with_where_it_leads_once_that_is_known(drafted: Drafted) -> None:
    short = drafted("https://bit.ly/3abc", own_domains=OWN)
    assert said(short) == [(Tier.LOOK, "https://bit.ly/3abc does not show where it leads.")]
    followed = replace(short, resolve=to("https://anders.example/lang"))
    assert said(followed) == [
        (Tier.LOOK, "https://bit.ly/3abc does not show where it leads. It leads to anders.example.")
    ]


def test_a_shortener_that_the_organisation_allows_passes(drafted: Drafted) -> None:
    draft = drafted("https://bit.ly/3abc", own_domains=(*OWN, "bit.ly"))
    assert said(draft) == []
    assert said(replace(draft, resolve=to("https://gemeente-voorbeeld.nl"))) == []
    assert tiers(replace(draft, resolve=to("https://anders.example"))) == [Tier.LOOK]


def test_an_own_link_that_leads_on_to_somebody_else_is_shown(drafted: Drafted) -> None:
    [(tier, sentence)] = said(
        drafted("https://gemeente-voorbeeld.nl/x", own_domains=OWN, resolve=to("https://anders.example/"))
    )
    assert tier is Tier.LOOK
    assert "leads on to anders.example" in sentence


def test_every_address_has_to_be_on_the_list_where_the_organisation_says_so(drafted: Drafted) -> None:
    draft = drafted("https://anders.example en https://bit.ly/3abc", own_domains=OWN)
    found = [one for one in run(draft, {"unlisted": Level.STOP}) if one.check == "unlisted"]
    assert [(one.tier, one.kind) for one in found] == [(Tier.STOP, "LINK")] * 2


@pytest.mark.parametrize(
    "link",
    [
        "https://gemeente-voorbeeld.com",
        "https://gemeente-voorbeeld.nl@evil.example/x",
        "https://аpple.example",
        "http://[::1",
    ],
)
def test_what_the_check_of_links_says_already_is_not_said_twice(drafted: Drafted, link: str) -> None:
    assert said(drafted(f"Zie {link} nu", own_domains=OWN)) == []
    followed = drafted("https://anders.example", own_domains=OWN, resolve=to("https://gemeente-voorbeeld.com/"))
    assert said(followed) == []


def test_the_words_and_the_domain_are_those_of_the_link(drafted: Drafted) -> None:
    draft = drafted("Lees www.anders.example/a.", own_domains=OWN)
    [finding] = Unlisted().findings(draft)
    assert draft.text[finding.start : finding.end] == "www.anders.example/a"
    assert finding.values["domain"] == "www.anders.example"


def test_of_very_many_links_only_the_first_are_opened(drafted: Drafted) -> None:
    opened: list[str] = []

    def resolve(url: str) -> Link:
        opened.append(url)
        return Link(url, url, 200)

    text = " ".join(f"https://anders{number}.example" for number in range(60))
    assert len(said(drafted(text, own_domains=OWN, resolve=resolve))) == 50
    assert len(opened) == 5
