import pytest

from tests.posts.checks.conftest import NETWORKS, Drafted
from vierogen.networks.base import Network
from vierogen.posts.checks.base import Draft, PictureFacts, Target, Tier
from vierogen.posts.checks.length import Length

PICTURE = PictureFacts("Twee gele borden langs de weg.", "borden.jpg", "00")


def found(network: type[Network], text: str, *pictures: PictureFacts) -> list[tuple[Tier, str, str]]:
    draft = Draft(text, (Target("@gemeente", network, text),), pictures)
    return [(each.tier, each.message % each.values, each.channel) for each in Length().findings(draft)]


@pytest.mark.parametrize("network", NETWORKS, ids=lambda network: network.key)
class TestOnEveryNetwork:
    def test_a_text_of_exactly_the_limit_fits(self, network: type[Network]) -> None:
        assert found(network, "e" * network.text_limit) == []

    def test_one_sign_over_the_limit_is_a_stop_that_says_how_long_it_is(self, network: type[Network]) -> None:
        limit = network.text_limit
        sentence = f"Too long for {network.name}: {limit + 1} of at most {limit} characters."
        assert found(network, "e" * (limit + 1)) == [(Tier.STOP, sentence, "@gemeente")]

    def test_as_many_pictures_as_the_network_takes_fit_and_one_more_is_a_stop(self, network: type[Network]) -> None:
        limit = network.picture_limit
        assert found(network, "", *[PICTURE] * limit) == []
        sentence = f"Too many pictures for {network.name}: {limit + 1} of at most {limit}."
        assert found(network, "", *[PICTURE] * (limit + 1)) == [(Tier.STOP, sentence, "@gemeente")]

    def test_an_alt_text_of_the_limit_fits_and_one_sign_more_is_a_stop(self, network: type[Network]) -> None:
        limit = network.alt_limit
        assert found(network, "", PictureFacts("e" * limit, "a.jpg", "00")) == []
        [(tier, sentence, _channel)] = found(network, "", PICTURE, PictureFacts("e" * (limit + 1), "a.jpg", "00"))
        assert tier is Tier.STOP
        assert "picture 2" in sentence
        assert f"{limit + 1} of at most {limit}" in sentence


def test_the_network_counts_and_not_we() -> None:
    counting = {network.key: network for network in NETWORKS}
    # Mastodon counts every link as 23 characters; a letter and its accent are one sign.
    link = "https://gemeente.example/" + "a" * 600
    assert found(counting["mastodon"], link) == []
    assert found(counting["bluesky"], "e\u0301" * counting["bluesky"].text_limit) == []
    assert found(counting["bluesky"], "e\u0301" * (counting["bluesky"].text_limit + 1)) != []


def test_each_channel_is_judged_by_its_own_text(drafted: Drafted) -> None:
    short, long = NETWORKS[0], NETWORKS[1]
    targets = (Target("@kort", short, "Kort."), Target("@lang", long, "e" * (long.text_limit + 1)))
    assert [each.channel for each in Length().findings(drafted(targets=targets))] == ["@lang"]
