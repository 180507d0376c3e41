"""Some hundreds of queries and posts that nobody would write, the same each time."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fuzz.queries import DICTIONARY, SEEDS, one


def spoilt(seed: bytes, chance: random.Random) -> bytes:
    """The seed with some pieces taken out, doubled, swapped or put in."""
    for _time in range(chance.randint(1, 6)):
        start = chance.randrange(len(seed) + 1)
        end = min(len(seed), start + chance.randint(0, 8))
        piece = chance.choice([b"", seed[start:end] * 2, seed[end : end + 5], bytes([chance.randrange(256)])])
        seed = seed[:start] + chance.choice([piece, f" {chance.choice(DICTIONARY)} ".encode()]) + seed[end:]
    return seed


@pytest.mark.parametrize("seed", SEEDS)
def test_no_spoilt_query_does_anything_but_what_is_promised(seed: bytes) -> None:
    one(seed)
    chance = random.Random(seed)  # noqa: S311
    for _time in range(200):
        one(spoilt(seed, chance))


@given(st.binary(max_size=80))
@settings(max_examples=300, deadline=None)
def test_no_bytes_do_anything_but_what_is_promised(data: bytes) -> None:
    one(data)
