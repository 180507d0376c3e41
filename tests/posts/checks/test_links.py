from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.posts.checks.conftest import TEXT, Drafted
from vierogen.posts.checks.base import Draft, Link, Tier
from vierogen.posts.checks.links import Links

OWN = ("gemeente-voorbeeld.nl", "equifaxsecurity2017.com", "leidsebrug.nl", "nos.nl")


def said(draft: Draft) -> list[tuple[Tier, str]]:
    return [(found.tier, found.message % found.values) for found in Links().findings(draft)]


def tiers(draft: Draft) -> list[Tier]:
    return [tier for tier, _sentence in said(draft)]


def to(final: str, *, status: int = 200, problem: str = "", tried: bool = True) -> Callable[[str], Link]:
    return lambda url: Link(url, final, status, problem, tried)


def straight(url: str) -> Link:
    return Link(url, url, 200)


@pytest.mark.parametrize(
    "host",
    [
        "securityequifax2017.com",  # swapped words: a real accident
        "equifaxsecurity2016.com",
        "equifaxsecurity-2017.com",
        "gemeente-voorbeeld.com",  # another suffix
        "gemeentevoorbeeld.nl",
        "gemeente-voorbeld.nl",  # a letter left out,
        "gemeente-vorobeeld.nl",  # swapped,
        "gemeente-voorbeeeld.nl",  # added,
        "gemeente-voorbield.nl",  # replaced
        "gerneente-voorbeeld.nl",  # rn for m
        "gemeente-v00rbeeld.nl",
        "gemeente-vооrbeeld.nl",  # two Cyrillic letters o
        "xn--gemeente-vrbeeld-vkna.nl",  # the same, as it travels
        "gemeente-vóórbeeld.nl",
        "gemeente-voorbeeld.nl.inloggen.example",
        "gemeente-voorbeeld-nl.com",
        "wwwgemeente-voorbeeld.nl",
        "www.gemeente-voorbeeld.co.uk",
        "loket.gemeente-vorbeeld.nl",
    ],
)
def test_an_imitation_of_an_own_domain_is_a_stop(drafted: Drafted, host: str) -> None:
    [(tier, sentence)] = said(drafted(f"Kijk op https://{host}/melden.", own_domains=OWN))
    assert tier is Tier.STOP
    assert "looks like" in sentence


def test_the_stop_shows_foreign_letters_as_they_travel(drafted: Drafted) -> None:
    [(_tier, sentence)] = said(drafted("https://gemeente-vооrbeeld.nl", own_domains=OWN))
    assert sentence == ("xn--gemeente-vrbeeld-vkna.nl looks like gemeente-voorbeeld.nl, but it is another address.")


def test_an_imitation_is_not_opened(drafted: Drafted) -> None:
    opened: list[str] = []

    def resolve(url: str) -> Link:
        opened.append(url)
        return straight(url)

    text = "https://gemeente-voorbeeld.com en https://gemeente-voorbeeld.nl"
    assert tiers(drafted(text, own_domains=OWN, resolve=resolve)) == [Tier.STOP]
    assert opened == ["https://gemeente-voorbeeld.nl"]


def test_an_address_that_shows_an_own_domain_before_the_at_sign_is_a_stop(drafted: Drafted) -> None:
    [(tier, sentence)] = said(drafted("https://gemeente-voorbeeld.nl@evil.example/x", own_domains=OWN))
    assert tier is Tier.STOP
    assert "leads to evil.example" in sentence


@pytest.mark.parametrize(
    "text",
    [
        "Kijk op gemeente-voorbeeld.nl/afval.",
        "Kijk op www.gemeente-voorbeeld.nl.",
        "Kijk op https://loket.gemeente-voorbeeld.nl/a?b=c#d",
        "Kijk op HTTPS://GEMEENTE-VOORBEELD.NL/Melden",
        "(https://gemeente-voorbeeld.nl/afval_(gft))",
        "Mail info@anders.example of info@anders.nl.",
        "Volg @gemeente@social.anders.nl of @gemeente.bsky.social.",
        "Klaar.Morgen weer, om 19.30 uur, o.a. in brief.pdf.",
        TEXT,
        "",
    ],
)
def test_own_links_addresses_of_people_and_sentences_pass(drafted: Drafted, text: str) -> None:
    assert said(drafted(text, own_domains=OWN)) == []


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


def test_a_link_without_encryption_is_shown(drafted: Drafted) -> None:
    [(tier, sentence)] = said(drafted("http://gemeente-voorbeeld.nl/afval", own_domains=OWN))
    assert tier is Tier.LOOK
    assert "not a secure link" in sentence


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


def test_a_link_that_leads_on_to_an_imitation_is_a_stop(drafted: Drafted) -> None:
    resolve = to("https://gemeente-voorbeeld.com/")
    assert tiers(drafted("https://anders.example/x", own_domains=OWN, resolve=resolve)) == [Tier.STOP]


@pytest.mark.parametrize("status", [404, 410, 500, 503])
def test_a_page_that_is_not_there_is_shown(drafted: Drafted, status: int) -> None:
    resolve = to("https://gemeente-voorbeeld.nl/x", status=status)
    [(tier, sentence)] = said(drafted("https://gemeente-voorbeeld.nl/x", own_domains=OWN, resolve=resolve))
    assert tier is Tier.LOOK
    assert f"error {status}" in sentence


@pytest.mark.parametrize("status", [200, 401, 403, 429])
def test_a_page_that_only_refuses_machines_passes(drafted: Drafted, status: int) -> None:
    resolve = to("https://gemeente-voorbeeld.nl/x", status=status)
    assert said(drafted("https://gemeente-voorbeeld.nl/x", own_domains=OWN, resolve=resolve)) == []


@pytest.mark.parametrize(("problem", "why"), [("", ""), ("We did not go there.", " We did not go there.")])
def test_a_link_that_was_not_reached_is_shown_with_the_reason(drafted: Drafted, problem: str, why: str) -> None:
    draft = drafted("https://gemeente-voorbeeld.nl/x", own_domains=OWN, resolve=to("", status=0, problem=problem))
    assert said(draft) == [(Tier.LOOK, f"https://gemeente-voorbeeld.nl/x could not be opened.{why}")]


def test_a_link_that_nobody_tried_to_open_counts_as_not_checked(drafted: Drafted) -> None:
    resolve = to("", status=0, problem="This is practice.", tried=False)
    draft = drafted("https://gemeente-voorbeeld.nl/x", own_domains=OWN, resolve=resolve)
    assert said(draft) == [(Tier.NOT_CHECKED, "https://gemeente-voorbeeld.nl/x was not opened. This is practice.")]


def test_nothing_is_claimed_about_links_that_were_not_followed(drafted: Drafted) -> None:
    assert said(drafted("https://gemeente-voorbeeld.nl/weg", own_domains=OWN, resolve=None)) == []


def test_at_most_five_links_are_opened_and_the_reader_knows(drafted: Drafted) -> None:
    opened: list[str] = []

    def resolve(url: str) -> Link:
        opened.append(url)
        return straight(url)

    text = " ".join(f"https://gemeente-voorbeeld.nl/{number}" for number in range(7))
    assert said(drafted(text, own_domains=OWN, resolve=resolve)) == [
        (Tier.NOT_CHECKED, "Only the first 5 links were opened.")
    ]
    assert opened == text.split()[:5]


def test_very_many_links_are_said_to_be_too_many(drafted: Drafted) -> None:
    text = " ".join(f"https://gemeente-voorbeeld.nl/{number}" for number in range(60))
    assert said(drafted(text, own_domains=OWN)) == [(Tier.NOT_CHECKED, "Only the first 50 links were looked at.")]


def test_an_imitation_is_found_even_if_opening_another_link_crashes(drafted: Drafted) -> None:
    def crash(url: str) -> Link:
        raise RuntimeError(url)

    draft = drafted("https://anders.example en https://gemeente-voorbeeld.com", own_domains=OWN, resolve=crash)
    findings = Links().findings(draft)
    assert next(iter(findings)).tier is Tier.STOP


def test_a_link_in_the_text_of_one_channel_names_that_channel(drafted: Drafted) -> None:
    target = replace(drafted().targets[0], text="https://anders.example")
    [finding] = Links().findings(drafted(targets=(target,), own_domains=OWN))
    assert finding.channel == target.channel


def test_what_is_no_usable_address_is_shown(drafted: Drafted) -> None:
    assert said(drafted("Zie http://[::1 nu", own_domains=OWN))[0][1] == "http://[::1 is not a usable address."
