"""Posts that are looked at together: what is sorted out before anybody looks."""

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.matching.test_matcher import PIECES
from vierogen.matching.batch import Batch, kind_of
from vierogen.matching.posts import Post, documents


@given(st.lists(PIECES | st.text(max_size=40), min_size=1, max_size=5), st.data())
@settings(max_examples=500, deadline=None)
def test_what_is_there_is_never_sorted_out(texts: list[str], data: st.DataObject) -> None:
    """Any piece of a document, wherever it begins and ends, in the first post as in the last."""
    found = documents(list(map(Post, texts)))
    batch = Batch(texts, found)
    post = data.draw(st.integers(0, len(texts) - 1))
    start = data.draw(st.integers(0, len(found[post])))
    end = data.draw(st.integers(start, len(found[post])))
    piece = found[post][start:end]
    assert piece in batch.view(post).folded
    assert batch.kinds[post, kind_of(piece.encode())], piece


def test_what_begins_otherwise_or_is_longer_is_sorted_out() -> None:
    batch = Batch(["de fietser", "een fiets"], documents([Post("de fietser"), Post("een fiets")]))
    kinds = batch.kinds
    assert [bool(kinds[post, kind_of(b" fiets ")]) for post in (0, 1)] == [False, True]
    assert [bool(kinds[post, kind_of(b" de ")]) for post in (0, 1)] == [True, False]
    # Where it may end later, nobody can tell.
    assert [bool(kinds[post, kind_of(b" fiets")]) for post in (0, 1)] == [True, True]
    assert [bool(kinds[post, kind_of(b"fiets")]) for post in (0, 1)] == [True, True]
