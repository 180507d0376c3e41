from dataclasses import replace

import pytest

from tests.posts.checks.conftest import TEXT, Drafted
from vierogen.networks.bluesky import Bluesky
from vierogen.networks.mastodon import Mastodon
from vierogen.posts.checks.base import Draft, Own, Target, Tier
from vierogen.posts.checks.mentions import Mentions

OWN = Own(handles=("@gemeente_voorbeeld@social.example", "@gemeente-voorbeeld.bsky.social", "team_wijk1", "@bieb"))


def said(draft: Draft) -> list[tuple[Tier, str]]:
    return [(found.tier, found.message % found.values) for found in Mentions().findings(draft)]


def tiers(draft: Draft) -> list[Tier]:
    return [tier for tier, _sentence in said(draft)]


@pytest.mark.parametrize(
    "mention",
    [
        "@gemeente_vo0rbeeld",  # a zero
        "@gemeente_voorbee1d",  # a one
        "@gerneente_voorbeeld",  # rn for m
        "@gemeente_vооrbeeld",  # two Cyrillic letters o
        "@gemeente-vo0rbeeld.bsky.social",
        "@Gemeente_Vo0rbeeld@elders.example",
        "@gemeentevo0rbeeld",
    ],
)
def test_a_mention_that_an_eye_takes_for_our_own_is_a_stop(drafted: Drafted, mention: str) -> None:
    [(tier, sentence)] = said(drafted(f"Vragen? Stel ze aan {mention}.", own=OWN))
    assert tier is Tier.STOP
    assert "looks like your account" in sentence


@pytest.mark.parametrize(
    "mention",
    ["@gemeentevoorbeeld", "@gemeente.voorbeeld", "@gemeente_voorbeld", "@gemeente_vorobeeld", "@gemeente_voorbeelt"],
)
def test_another_spelling_of_our_own_is_pointed_out(drafted: Drafted, mention: str) -> None:
    [(tier, sentence)] = said(drafted(f"Vragen? Stel ze aan {mention}!", own=OWN))
    assert tier is Tier.LOOK
    assert "almost like your account" in sentence


def test_our_name_on_another_server_is_pointed_out(drafted: Drafted) -> None:
    [(tier, sentence)] = said(drafted("Volg @gemeente_voorbeeld@elders.example", own=OWN))
    assert tier is Tier.LOOK
    assert "but it is another account" in sentence


@pytest.mark.parametrize(
    "text",
    [
        "Volg @gemeente_voorbeeld@social.example of @Gemeente_Voorbeeld.",
        "Volg @gemeente-voorbeeld.bsky.social, of @gemeente-voorbeeld.",
        "Vraag het @team_wijk2 of @team_wijk10.",  # another of the row
        "Bel @bied of @piet.",  # too short to tell
        "Met dank aan @politie, @brandweer_utrecht en @ggd.",
        "Mail info@gemeente_vo0rbeeld.example of kijk op https://social.example/@gemeente_vo0rbeeld",
        "Om 12.00 @ het plein, 3 @ 2 euro, @@@, @",
        TEXT,
        "",
    ],
)
def test_our_own_others_and_what_is_no_mention_pass(drafted: Drafted, text: str) -> None:
    assert said(drafted(text, own=OWN)) == []


def test_who_has_no_accounts_yet_is_told_nothing(drafted: Drafted) -> None:
    assert said(drafted("Volg @gemeente_vo0rbeeld")) == []


def test_a_mention_that_does_not_exist_is_pointed_out_with_the_network(drafted: Drafted) -> None:
    text = "Met dank aan @brandweer en @politie."
    targets = (Target("@wij", Mastodon, text), Target("@wij.example", Bluesky, text))
    asked: list[tuple[str, str]] = []

    def exists(channel: str, mention: str) -> bool | None:
        asked.append((channel, mention))
        return mention == "@politie" or (None if channel == "@wij" else False)

    draft = drafted(text, targets=targets, own=OWN, exists=exists)
    assert said(draft) == [(Tier.LOOK, "@brandweer does not exist on Bluesky.")]
    assert asked == [
        (channel, mention) for mention in ("@brandweer", "@politie") for channel in ("@wij", "@wij.example")
    ]
    assert said(replace(draft, exists=None)) == []


def test_nobody_is_asked_about_our_own_and_its_imitations(drafted: Drafted) -> None:
    def exists(channel: str, mention: str) -> bool | None:
        raise AssertionError(mention)

    text = "Van @gemeente_voorbeeld, niet van @gemeente_vo0rbeeld"
    assert tiers(drafted(text, own=OWN, exists=exists)) == [Tier.STOP]


def test_a_mention_in_the_text_of_one_channel_is_asked_there_alone(drafted: Drafted) -> None:
    first, second = Target("@wij", Mastodon, "Dank @piet_elders!"), Target("@wij.example", Bluesky, "Dank allen!")
    asked: list[str] = []
    draft = drafted("Dank allen!", targets=(first, second), exists=lambda channel, mention: bool(asked.append(channel)))
    [finding] = Mentions().findings(draft)
    assert asked == ["@wij"]
    assert finding.channel == "@wij"
    assert first.text[finding.start : finding.end] == "@piet_elders"
