"""Posts and alerts to measure with: python -m bench.listening.words FOLDER --alerts 1000000 --posts 10000

The posts are of real Dutch and English words by their frequency, of about 200 characters, a quarter with characters
beyond ASCII. Of the alerts 70 % are names and phrases, 20 % boolean, 10 % beginnings and tags. The same seed gives the
same posts and alerts. ``vierogen match`` reads the files.
"""

import random
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from itertools import accumulate
from pathlib import Path

from wordfreq import get_frequency_dict

from vierogen.matching.errors import QueryError
from vierogen.matching.parsing import parse

ALERTS, POSTS = "alerts.txt", "posts.txt"
LENGTH = 200
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


def write(folder: Path, *, many_alerts: int, many_posts: int) -> None:
    """Both files. Fewer alerts are the first ones."""
    texts = posts(many_posts, random.Random(1))  # noqa: S311
    (folder / POSTS).write_text("".join(f"{text}\n" for text in texts), encoding="utf-8")
    with (folder / ALERTS).open("w", encoding="utf-8") as file:
        file.writelines(f"{query}\n" for query in alerts(many_alerts, random.Random(2)))  # noqa: S311


def main() -> int:
    """Write them."""
    parser = ArgumentParser(prog="bench.listening.words", allow_abbrev=False)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--alerts", type=int, default=10_000)
    parser.add_argument("--posts", type=int, default=10_000)
    asked = parser.parse_args()
    write(asked.folder, many_alerts=asked.alerts, many_posts=asked.posts)
    return 0


if __name__ == "__main__":
    sys.exit(main())
