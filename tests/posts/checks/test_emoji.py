import pytest

from tests.posts.checks.conftest import Drafted
from vierogen.posts.checks.base import Tier
from vierogen.posts.checks.emoji import Emoji


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("Zomerfeest 🐐🐑🐓🐖🌻🍦🎈🎶 Toegang gratis", 8),
        ("Gratis 🛋️🚛♻️💚👏🎉🙌", 7),
        ("Wij 👨‍👩‍👧‍👦👩🏽‍🚒🏳️‍🌈🇳🇱1️⃣❤️", 6),
        ("🎉 🎉 🎉 🎉 🎉 🎉", 6),
        ("a🎉" * 12, 12),
    ],
)
def test_many_emoji_are_counted_as_people_see_them(drafted: Drafted, text: str, count: int) -> None:
    [finding] = Emoji().findings(drafted(text))
    assert finding.tier is Tier.LOOK
    assert finding.values == {"count": count}


@pytest.mark.parametrize(
    "text",
    [
        "100 jaar bibliotheek 🎉🎉🎉🎉🎉",
        "Kom ook 😊",
        "Bel 0123456789 #1 *2* © ®",
        "👨‍👩‍👧‍👦👨‍👩‍👧‍👦 gezinnen",
        "✅ Paspoort\n✅ Pasfoto\n✅ Pinpas\n✅ Afspraak\n✅ Geduld\n✅ Humor",
        "",
    ],
)
def test_a_few_pass(drafted: Drafted, text: str) -> None:
    assert list(Emoji().findings(drafted(text))) == []
