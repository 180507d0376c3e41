import pytest

from tests.posts.checks.conftest import Drafted
from vierogen.posts.checks.base import PictureFacts, Tier
from vierogen.posts.checks.captions import Captions


def film(alt: str = "De wethouder vertelt over het plein.") -> PictureFacts:
    return PictureFacts(alt, "plein.mp4", "00", mime="video/mp4", seconds=12.0)


def test_a_film_raises_the_question_once(drafted: Drafted) -> None:
    photo = PictureFacts("Het plein.", "plein.jpg", "00", mime="image/jpeg")
    [finding] = Captions().findings(drafted(pictures=(photo, film(), film())))
    assert finding.tier is Tier.LOOK
    assert finding.message % finding.values == "Does film 2 (plein.mp4) have subtitles? Vierogen cannot see that."


@pytest.mark.parametrize(
    "alt",
    ["Film met ondertiteling.", "Zonder geluid: een zwaan.", "Film with subtitles.", "No sound.", "Met gebarentaal"],
)
def test_whoever_thought_of_it_is_not_asked(drafted: Drafted, alt: str) -> None:
    assert list(Captions().findings(drafted(pictures=(film(alt),)))) == []
    assert list(Captions().findings(drafted(f"Kijk! ({alt})", pictures=(film(),)))) == []
