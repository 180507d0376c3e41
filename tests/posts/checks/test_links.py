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


def test_a_link_without_encryption_is_shown(drafted: Drafted) -> None:
    [(tier, sentence)] = said(drafted("http://gemeente-voorbeeld.nl/afval", own_domains=OWN))
    assert tier is Tier.LOOK
    assert "not a secure link" in sentence


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
    target = replace(drafted().targets[0], text="Kijk op https://gemeente-voorbeeld.com.")
    [finding] = Links().findings(drafted(targets=(target,), own_domains=OWN))
    assert finding.channel == target.channel
    assert target.text[finding.start : finding.end] == "https://gemeente-voorbeeld.com"


def test_what_is_no_usable_address_is_shown(drafted: Drafted) -> None:
    assert said(drafted("Zie http://[::1 nu", own_domains=OWN))[0][1] == "http://[::1 is not a usable address."


@pytest.mark.parametrize("host", ["аpple.example", "xn--pple-43d.example", "digιd.example"])
def test_an_address_of_two_alphabets_is_a_stop_whomever_it_imitates(drafted: Drafted, host: str) -> None:
    [(tier, sentence)] = said(drafted(f"Log in op https://{host}/."))
    assert tier is Tier.STOP
    assert sentence.startswith("xn--")
    assert "mixes letters of two alphabets" in sentence


@pytest.mark.parametrize("host", ["münchen.example", "театр.example", "café-brûlé.example", "xn--mnchen-3ya.example"])
def test_an_address_of_one_alphabet_is_no_imitation(drafted: Drafted, host: str) -> None:
    assert said(drafted(f"Kijk op https://{host}/.")) == []


def test_an_organisation_may_have_allowed_even_such_an_address(drafted: Drafted) -> None:
    assert said(drafted("https://аpple.example", own_domains=("аpple.example",))) == []


def test_another_address_is_opened_all_the_same(drafted: Drafted) -> None:
    [(tier, sentence)] = said(drafted("https://anders.example/x", own_domains=OWN, resolve=to("", status=404)))
    assert tier is Tier.LOOK
    assert "error 404" in sentence


def test_the_place_of_a_link_is_without_what_ends_the_sentence(drafted: Drafted) -> None:
    draft = drafted("Kijk (op www.gemeente-voorbeeld.com).", own_domains=OWN)
    [finding] = Links().findings(draft)
    assert draft.text[finding.start : finding.end] == "www.gemeente-voorbeeld.com"


@pytest.mark.parametrize(
    "link",
    [
        "http//www.waalburg.example/a",
        "https:/waalburg.example",
        "https;//waalburg.example",
        "https://",
        "www.waalburg,nl",
    ],
)
def test_an_address_that_no_browser_opens_is_shown(drafted: Drafted, link: str) -> None:
    [finding] = Links().findings(drafted(f"Kijk op {link} voor meer."))
    assert finding.tier is Tier.LOOK
    assert finding.message % finding.values == f"{link} is not a usable address."


@pytest.mark.parametrize(
    "link", ["http://localhost:8000/concept", "https://192.168.1.4/a", "https://plein.intern/nieuws"]
)
def test_an_address_inside_the_organisation_is_shown(drafted: Drafted, link: str) -> None:
    [finding] = Links().findings(drafted(f"Lees verder: {link} of bel ons."))
    assert finding.message % finding.values == f"{link} can only be opened inside your organisation."
