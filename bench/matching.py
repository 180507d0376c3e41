"""``python -m bench.matching``: all alerts against each post, beside peers; one process, one core.

python -m bench.matching [--alerts 1000,10000] [--posts 5000] [--peers] [--write FOLDER]

The posts are of real Dutch and English words by their frequency, of about 200 characters, a quarter with characters
beyond ASCII. Of the alerts 70 % are names and phrases, 20 % boolean, 10 % beginnings and tags. The same seed gives the
same posts and alerts.
"""

import gc
import json
import os
import random
import re
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate
from pathlib import Path
from resource import RUSAGE_SELF, getrusage
from time import perf_counter

import ahocorasick
from wordfreq import get_frequency_dict

from vierogen.matching.breadth import Rarity
from vierogen.matching.errors import QueryError
from vierogen.matching.matcher import Matcher
from vierogen.matching.parsing import parse
from vierogen.matching.posts import Post, documents
from vierogen.matching.tree import Query, Term

BATCH, SAMPLE, LENGTH = 500, 2_000, 200
LONGEST_PEER = 60.0
_ORNAMENTS = ("😀", " – ", "“ja”", "’s", "é", "…")


class Words:
    """Words of a language, drawn by how often they are used or, for names, from the rare ones."""

    def __init__(self, language: str, chance: random.Random) -> None:
        told = get_frequency_dict(language, wordlist="best")
        self._words = [word for word in told if word.isalpha() and len(word) > 1]
        self._weights = list(accumulate(told[word] for word in self._words))
        self._rare = self._words[5_000:]
        self._chance = chance

    def usual(self, number: int) -> list[str]:
        """Words as they follow each other in a text."""
        return self._chance.choices(self._words, cum_weights=self._weights, k=number)

    def rare(self) -> str:
        """A word beyond the most frequent five thousand."""
        return self._chance.choice(self._rare)


def posts(number: int, chance: random.Random) -> list[str]:
    """Texts of about LENGTH characters, 60 % of them Dutch."""
    tongues = [Words("nl", chance)] * 3 + [Words("en", chance)] * 2
    return [_post(chance.choice(tongues), chance) for _ in range(number)]


def _post(words: Words, chance: random.Random) -> str:
    text = " ".join(words.usual(60))[:LENGTH].capitalize()
    if chance.random() < 0.3:
        text = f"{text[:150]} #{words.rare()} {text[150:185]}"
    if chance.random() < 0.25:
        place = text.index(" ", 40)
        text = f"{text[:place]}{chance.choice(_ORNAMENTS)}{text[place:]}"
    return text.replace(" ", ", ", 1) + "."


def alerts(number: int, chance: random.Random) -> Iterator[str]:
    """Queries in the mix that stands above."""
    words = Words("nl", chance)
    made = 0
    while made < number:
        query = _alert(words, chance)
        try:
            parse(query)
        except QueryError:  # two stop words by chance
            continue
        made += 1
        yield query


def _alert(words: Words, chance: random.Random) -> str:
    kind = chance.random()
    if kind < 0.45:
        return f'"{words.usual(1)[0]} {words.rare()}"'
    if kind < 0.7:
        return f'"{words.rare()} {words.rare()}"'
    if kind < 0.8:
        return f"{words.usual(1)[0]} AND {words.rare()} -{words.rare()}"
    if kind < 0.9:
        return f'{words.rare()} AND ({words.usual(1)[0]} OR "{words.rare()} {words.rare()}")'
    return f"{words.rare()[:9]}*" if kind < 0.95 else f"#{words.rare()}"


def _batches(texts: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    return (texts[start : start + size] for start in range(0, len(texts), size))


def _memory() -> float:
    return getrusage(RUSAGE_SELF).ru_maxrss / 1024


def _ours(queries: Sequence[str], texts: Sequence[str]) -> dict[str, object]:
    start = perf_counter()
    parsed = {number: parse(query) for number, query in enumerate(queries)}
    parsing = perf_counter() - start
    matcher = Matcher(parsed, rarity=Rarity(documents([Post(text) for text in texts[:SAMPLE]])))
    building = perf_counter() - start
    hits = 0
    start = perf_counter()
    for batch in _batches(texts, BATCH):
        hits += sum(map(len, matcher.match_many([Post(text) for text in batch])))
    matching = perf_counter() - start
    start = perf_counter()
    for batch in _batches(texts, BATCH):
        documents([Post(text) for text in batch])
    folding = perf_counter() - start
    start = perf_counter()
    matcher.put(-1, parse('"jan de vries"'))
    matcher.match(Post("Jan de Vries"))
    changed = perf_counter() - start
    return {
        "engine": "vierogen",
        "alerts": len(queries),
        "posts/s": round(len(texts) / matching),
        "posts/s, folded": round(len(texts) / max(1e-9, matching - folding)),
        "folds/s": round(len(texts) / folding),
        "parsing s": round(parsing, 2),
        "build s": round(building, 2),
        "change s": round(changed, 3),
        "hits": hits,
        "MB": round(_memory()),
    }


def _peer(name: str, queries: Sequence[str], texts: Sequence[str], make: Callable[..., Callable[..., int]]) -> None:
    """A peer on what it can do, which is phrases and words; the posts that it manages in LONGEST_PEER seconds."""
    parsed = [parse(query) for query in queries]
    phrases = [node.patterns[0] for query in parsed for node in _phrases(query)]
    start = perf_counter()
    count = make(phrases)
    building = perf_counter() - start
    done = hits = 0
    start = perf_counter()
    for batch in _batches(texts, 50):
        hits += sum(map(count, documents([Post(text) for text in batch])))
        done += len(batch)
        if perf_counter() - start > LONGEST_PEER:
            break
    rate = round(done / (perf_counter() - start))
    _say({"engine": name, "alerts": len(phrases), "posts/s": rate, "build s": round(building, 2), "hits": hits})


def _phrases(query: Query) -> Iterator[Term]:
    """The clause, if one pattern between two spaces settles it."""
    (*others, node) = query.clauses
    if not others and isinstance(node, Term) and node.patterns[0].endswith(b" "):
        yield node


def _pyahocorasick(phrases: Sequence[str]) -> Callable[[str], int]:
    automaton = ahocorasick.Automaton()
    for number, phrase in enumerate(phrases):
        automaton.add_word(phrase, number)
    automaton.make_automaton()
    return lambda text: len({number for _end, number in automaton.iter(text)})


def _regexes(phrases: Sequence[str]) -> Callable[[str], int]:
    compiled = [re.compile(re.escape(phrase)) for phrase in phrases]
    return lambda text: sum(1 for each in compiled if each.search(text))


def _say(told: dict[str, object]) -> None:
    print(
        "  ".join(
            f"{name}: {value:,}" if isinstance(value, int) else f"{name}: {value}" for name, value in told.items()
        )
    )


def _asked(arguments: Sequence[str]) -> Namespace:
    parser = ArgumentParser(prog="bench.matching", allow_abbrev=False)
    parser.add_argument("--alerts", default="1000,10000", help="how many, a few numbers with commas between")
    parser.add_argument("--posts", type=int, default=5_000)
    parser.add_argument("--peers", action="store_true", help="also pyahocorasick and plain regular expressions")
    parser.add_argument(
        "--write", type=Path, metavar="FOLDER", help="write files for `vierogen match`, measure nothing"
    )
    return parser.parse_args(arguments)


def _write(folder: Path, queries: Sequence[str], texts: Sequence[str]) -> None:
    for name, lines in ((f"alerts-{len(queries)}.txt", queries), ("posts.txt", texts)):
        (folder / name).write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def main(arguments: Sequence[str]) -> int:
    """Measure each size."""
    asked = _asked(arguments)
    texts = posts(asked.posts, random.Random(1))  # noqa: S311
    gc.disable()
    _say({"load": json.dumps(os.getloadavg())})
    for number in map(int, asked.alerts.split(",")):
        queries = list(alerts(number, random.Random(2)))  # noqa: S311
        if asked.write:
            _write(asked.write, queries, texts)
            continue
        _say(_ours(queries, texts))
        if asked.peers:
            _peer("pyahocorasick", queries, texts, _pyahocorasick)
            _peer("regexes", queries, texts, _regexes)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
