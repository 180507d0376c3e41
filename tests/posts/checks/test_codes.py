"""The check of codes in pictures."""

import pytest

from tests.posts.checks.conftest import Drafted
from tests.posts.checks.pictures import findings, showing, told
from vierogen.posts.checks.base import Link, Tier
from vierogen.posts.checks.codes import Codes

OWN = ("gemeente-voorbeeld.nl",)


@pytest.mark.parametrize(
    ("code", "tier", "said"),
    [
        ("https://prijzen.example/abc", Tier.LOOK, "prijzen.example is not among your own"),
        ("https://gemeente-voorbee1d.nl/betalen", Tier.STOP, "looks like gemeente-voorbeeld.nl"),
        ("http://gemeente-voorbeeld.nl/", Tier.LOOK, "not a secure link"),
        ("https://bit.ly/3xYz", Tier.LOOK, "does not show where it leads"),
        ("TICKET RIJ 4", Tier.LOOK, "holds no link"),
        ("WIFI:T:WPA;S:Kantoor;P:Zomer2026!;;", Tier.LOOK, "tells the password of a wireless network"),
    ],
)
def test_a_code_is_judged_as_a_link_is(drafted: Drafted, code: str, tier: Tier, said: str) -> None:
    (found,) = findings(Codes(), drafted(pictures=(showing(codes=(code,)),), own_domains=OWN))
    assert found.tier is tier
    assert said in told(found)
    assert "picture 1 (dag.jpg)" in told(found)
    assert "Zomer" not in told(found)


@pytest.mark.parametrize("code", ["https://gemeente-voorbeeld.nl/afval", "WWW.gemeente-voorbeeld.nl", " "])
def test_a_code_of_our_own_is_fine(drafted: Drafted, code: str) -> None:
    assert not findings(Codes(), drafted(pictures=(showing(codes=(code,)),), own_domains=OWN))


def test_where_links_are_followed_so_are_codes(drafted: Drafted) -> None:
    def resolve(url: str) -> Link:
        return Link(url, problem="It took too long.")

    pictures = (showing(codes=("https://gemeente-voorbeeld.nl/afval",)),)
    (found,) = findings(Codes(), drafted(pictures=pictures, own_domains=OWN, resolve=resolve))
    assert told(found).endswith("could not be opened. It took too long.")


def test_a_post_without_codes_is_not_looked_at(drafted: Drafted) -> None:
    assert not findings(Codes(), drafted("https://prijzen.example", pictures=(showing(),)))
