"""All alerts at once find what each finds by itself, whatever was changed before, with either automaton."""

import random
import threading
from collections.abc import Callable, Sequence

import ahocorasick_rs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from tests.matching import naive
from vierogen.matching import automata, posts
from vierogen.matching.batch import Hits
from vierogen.matching.breadth import Rarity
from vierogen.matching.errors import QueryError
from vierogen.matching.folding import fold, readings
from vierogen.matching.matcher import Matcher
from vierogen.matching.parsing import parse
from vierogen.matching.posts import Post, documents
from vierogen.matching.tree import Query

WORDS = ["jan", "Jan", "vries", "de", "belasting", "belastingdienst", "foto's", "fotos", "e-mail", "email", "Zürich"]
WORDS += [
    "zuerich",
    "zurich",
    "ĲSSEL",
    "ijssel",
    "café",
    "東京",
    "京都",
    "brand",
    "school",
    "d'Artagnan",
    "#brand",
    "@jan",
]
TEXTS = st.lists(st.sampled_from([*WORDS, "\n", "-", "'", "İ", "\0", "_"]), max_size=12).map(" ".join)
PIECES = TEXTS | st.text(max_size=30) | st.lists(st.sampled_from(WORDS), max_size=6).map("".join)
POSTS = st.builds(
    Post,
    PIECES,
    lang=st.sampled_from(["", "nl", "nl-BE", "en"]),
    author=st.sampled_from(["", "jan", "nos@mastodon.nl", "nos.bsky.social"]),
    source=st.sampled_from(["", "https://www.nos.nl/rss", "nos.nl"]),
    has=st.sampled_from([frozenset(), frozenset({"image"})]),
    is_reply=st.booleans(),
)
PLAIN = st.sampled_from(WORDS)
LEAVES = st.one_of(
    PLAIN,
    PLAIN.map(lambda word: f"{word}*"),
    PLAIN.map(lambda word: f"~{word}"),
    PLAIN.map(lambda word: f"={word}"),
    st.lists(PLAIN, min_size=1, max_size=3).map(lambda words: f'"{" ".join(words)}"'),
    st.tuples(PLAIN, st.integers(1, 4), PLAIN).map(lambda each: f"{each[0]} NEAR/{each[1]} {each[2]}"),
    st.sampled_from(["lang:nl", "from:nos", "from:jan", "source:nos.nl", "has:image", "is:reply", "#brand", "@jan"]),
)
TREES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from([" AND ", " OR ", " "]), inner).map("".join).map("({})".format),
        inner.map(lambda each: f"NOT ({each})"),
        inner.map(lambda each: f"-({each})"),
    ),
    max_leaves=6,
)


def read(text: str) -> Query | None:
    try:
        return parse(text)
    except QueryError:
        return None


QUERIES = st.lists(TREES | LEAVES, min_size=1, max_size=5).map(" OR ".join).map(read).filter(lambda query: query)


class Second:
    """The other automaton."""

    def __init__(self, patterns: Sequence[bytes], sample: Sequence[bytes]) -> None:
        self._automaton = ahocorasick_rs.BytesAhoCorasick(patterns)

    def find_overlapping(self, haystack: bytes) -> list[tuple[int, int, int]]:
        found = self._automaton.find_matches_as_indexes(haystack, overlapping=True)
        return [(start, end, number) for number, start, end in found]


def expected(queries: dict[int, Query], post: Post) -> Hits:
    extras = [part.strip() for part in documents([post])[0].split("|") if part.strip()[:1] in {"#", "@"} or ":" in part]
    hits = {}
    for key, query in queries.items():
        clauses = [number for number, node in enumerate(query.clauses) if naive.holds(node, post.text, extras)]
        hits |= {key: clauses[0]} if clauses else {}
    return hits


@given(st.text() | PIECES)
@settings(max_examples=300, deadline=None)
def test_folding_together_is_folding_each_character(text: str) -> None:
    assert [each.split() for each in readings(text)] == list(
        map(list, dict.fromkeys(tuple(each) for each in naive.readings(text)))
    )


@given(st.lists(st.text() | PIECES, max_size=6))
@settings(deadline=None)
def test_a_batch_is_folded_like_each_of_its_texts(texts: list[str]) -> None:
    assert fold(texts) == [fold([text])[0] for text in texts]


@given(st.lists(QUERIES, min_size=1, max_size=8), st.lists(POSTS, max_size=6))
@settings(max_examples=300, deadline=None)
def test_the_hits_are_those_of_a_naive_search(queries: list[Query], posts: list[Post]) -> None:
    alerts = dict(enumerate(queries))
    found = Matcher(alerts).match_many(posts)
    assert found == [expected(alerts, post) for post in posts]


@given(st.lists(QUERIES, min_size=1, max_size=8), st.lists(POSTS, max_size=6))
@settings(deadline=None)
def test_both_automata_and_any_rarity_find_the_same(queries: list[Query], posts: list[Post]) -> None:
    alerts = dict(enumerate(queries))
    one = Matcher(alerts).match_many(posts)
    assert Matcher(alerts, build=Second).match_many(posts) == one
    assert Matcher(alerts, rarity=Rarity(documents(posts))).match_many(posts) == one


class Changing(RuleBasedStateMachine):
    """Alerts are added, changed, dropped and merged in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.alerts = {0: parse("jan"), 1: parse("brand NEAR/2 school")}
        self.matcher = Matcher(self.alerts)
        self.posts = [Post("Jan de Vries"), Post("brand op school, foto's"), Post("belastingdienst Zürich café")]

    @rule(key=st.integers(0, 4), query=QUERIES)
    def put(self, key: int, query: Query) -> None:
        self.alerts[key] = query
        self.matcher.put(key, query)

    @rule(key=st.integers(0, 4))
    def drop(self, key: int) -> None:
        self.alerts.pop(key, None)
        self.matcher.drop(key)

    @rule()
    def merge(self) -> None:
        self.matcher.merge()
        assert self.matcher.changed == 0

    @invariant()
    def finds_the_same(self) -> None:
        assert self.matcher.match_many(self.posts) == [expected(self.alerts, post) for post in self.posts]


TestChanging = Changing.TestCase
TestChanging.settings = settings(max_examples=40, stateful_step_count=12, deadline=None)


def test_what_changes_during_a_merge_stays_changed() -> None:
    changes: list[Callable[[], None]] = []

    def meanwhile(patterns: Sequence[bytes], sample: Sequence[bytes]) -> automata.Automaton:
        while changes:
            changes.pop()()
        return automata.build(patterns, sample)

    matcher = Matcher({1: parse("jan"), 2: parse("piet")}, build=meanwhile)
    matcher.put(3, parse("klaas"))
    matcher.put(4, parse("kees"))
    changes += [lambda: matcher.put(3, parse("vries")), lambda: matcher.drop(1), lambda: matcher.drop(4)]
    matcher.merge()
    assert matcher.match(Post("jan piet klaas kees vries")) == {2: 0, 3: 0}
    assert matcher.match(Post("klaas kees")) == {}
    assert (matcher.changed, len(matcher), 1 in matcher, 3 in matcher) == (1, 2, False, True)
    matcher.merge()
    assert matcher.match(Post("jan piet kees vries")) == {2: 0, 3: 0}
    assert (matcher.changed, len(matcher)) == (0, 2)


def test_a_merge_leaves_alone_what_is_much_larger_than_the_changes() -> None:
    built: list[int] = []

    def counted(patterns: Sequence[bytes], sample: Sequence[bytes]) -> automata.Automaton:
        built.append(len(patterns))
        return automata.build(patterns, sample)

    matcher = Matcher({number: parse(f"woord{number}") for number in range(1000)}, build=counted)
    matcher.put_many({number: parse(f"nieuw{number}") for number in range(995, 1005)})
    matcher.merge()
    assert built == [1000, 10]
    assert matcher.match(Post("woord994 woord995 nieuw995 nieuw1004")) == {994: 0, 995: 0, 1004: 0}
    matcher.put_many({number: parse(f"ander{number}") for number in range(100)})
    matcher.drop(1003)
    matcher.merge()
    assert built == [1000, 10, 1004]
    assert matcher.match(Post("ander7 woord7 nieuw1003 nieuw1004")) == {7: 0, 1004: 0}


def test_alerts_come_in_the_order_of_their_keys_or_with_them() -> None:
    pairs = [(5, parse("jan")), (-2, parse("piet"))]
    assert Matcher(dict(pairs)).match(Post("piet jan")) == {-2: 0, 5: 0}
    assert Matcher(iter(sorted(pairs))).match(Post("piet jan")) == {-2: 0, 5: 0}
    for wrong in (pairs, [pairs[0], pairs[0]]):
        with pytest.raises(ValueError, match="order of their keys"):
            Matcher(wrong)


def test_matching_goes_on_while_another_thread_merges() -> None:
    matcher = Matcher({number: parse(f"woord{number}") for number in range(2000)})
    matcher.put(-1, parse("nieuw"))
    merging = threading.Thread(target=matcher.merge)
    merging.start()
    while merging.is_alive():
        assert matcher.match_many([Post("woord7 nieuw")]) == [{-1: 0, 7: 0}]
    assert matcher.match_many([Post("woord7 nieuw")]) == [{-1: 0, 7: 0}]


def test_many_alerts_with_the_same_words_are_all_found() -> None:
    chance = random.Random(5)  # noqa: S311
    words = [f"woord{number}" for number in range(12)]
    alerts = {number: parse(" AND ".join(chance.sample(words, chance.randint(1, 3)))) for number in range(500)}
    posts = [Post(" ".join(chance.sample(words, 5))) for _ in range(20)]
    assert Matcher(alerts).match_many(posts) == [expected(alerts, post) for post in posts]


@pytest.mark.parametrize(
    ("query", "text", "worded"),
    [
        ("piet OR jan vries OR klaas", "Vries, Jan", "jan vries"),
        ("#brand", "Grote #Brand!", "#brand"),
        ('"jan de vr*"', "jan de vries", '"jan de vr*"'),
        ("aap OR (noot OR mies)", "mies", "(noot OR mies)"),
    ],
)
def test_a_hit_says_which_clause_it_was(query: str, text: str, worded: str) -> None:
    asked = parse(query)
    assert asked.worded(Matcher({4: asked}).match(Post(text))[4]) == worded


@pytest.mark.parametrize("text", ["De IJssel staat hoog", "De Ĳssel staat hoog"])
def test_one_sign_for_ij_is_exactly_those_two_letters(text: str) -> None:
    queries = ["=IJssel", "=Ĳssel", '="De IJssel"', "=ijssel", "=Ijssel", "=ĳssel"]
    matcher = Matcher((number, parse(query)) for number, query in enumerate(queries))
    assert sorted(matcher.match(Post(text))) == [0, 1, 2]


def test_without_alerts_or_posts_there_are_no_hits() -> None:
    assert Matcher().match_many([Post("jan")]) == [{}]
    assert Matcher({1: parse("jan")}).match_many([]) == []


@pytest.mark.parametrize("text", ["dienst" * 50_000 + " school", "dienst " * 50_000, "a " * 50_000 + "dienst school"])
def test_no_post_makes_a_search_for_neighbours_try_every_place(text: str) -> None:
    query = parse("~dienst NEAR/50 ~plein")
    far = " en" * 60
    assert Matcher({1: query}).match_many([Post(f"{text}{far} schoolplein")]) == [{}]
    assert Matcher({1: query}).match_many([Post(f"schoolplein {text}")]) == [
        {1: 0} if text.startswith("dienst") else {}
    ]


def test_posts_of_all_lengths_are_found_in_their_places() -> None:
    """Lots end at a number of posts, or where they would be too long: around both borders."""
    lengths = [*[1] * 257, 100_000, 150_000, 1, 300_000, 1, 249_900, *[1] * 300]
    posts = [Post(f"nummer{number} " + "en " * (length // 3)) for number, length in enumerate(lengths)]
    matcher = Matcher({number: parse(f"nummer{number}") for number in range(len(posts))})
    assert matcher.match_many(posts) == [{number: 0} for number in range(len(posts))]


def test_what_is_searched_in_pieces_finds_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pieces of text and portions of rows so small that every border is met."""
    chance = random.Random(5)  # noqa: S311
    words = [*WORDS, "foto", "东京", "é", "en"]
    queries = [f'"{a} {b}"' for a in words for b in words] + [f"{a} AND {b}" for a in WORDS for b in words]
    queries += [f"{a[:5]}*" for a in WORDS if len(a) > 4] + [f"~{a}" for a in WORDS if len(a) > 5 and a.isalpha()]
    alerts = {number: query for number, query in enumerate(map(read, queries)) if query}
    posts = [Post(" ".join(chance.choices(words, k=chance.randint(0, 30)))) for _ in range(40)]
    matcher = Matcher(alerts)
    whole = matcher.match_many(posts)
    assert sum(map(len, whole)) > 1_000
    for at_once in (1, 7, 40):
        monkeypatch.setattr("vierogen.matching.index._AT_ONCE", at_once)
        monkeypatch.setattr("vierogen.matching.looks._AT_ONCE", at_once)
        assert matcher.match_many(posts) == whole


def test_what_strangers_write_without_measure_is_not_remembered() -> None:
    """A host, a tag, an author and a language of a megabyte each."""
    long = "a" * 1_000_000
    before = posts._sites.cache_info().currsize
    (document,) = documents([Post(f"Brand #{long} @{long}", lang=long, author=long, link=f"https://{long}/x")])
    assert len(document) < 2 * len(long) + 10_000
    assert posts._sites.cache_info().currsize == before
    (document,) = documents([Post("Brand", link="https://www.nos.nl/x")])
    assert "SOURCE:" in document
