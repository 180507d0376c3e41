"""Did a cat, a child or a pocket type this?"""

import re
import unicodedata
from collections.abc import Iterator

from vierogen.core.words import gettext_noop as _
from vierogen.posts.checks.base import Check, Draft, Finding, Tier

# Languages whose syllables are built as below.
_LANGUAGES = frozenset({"nl", "en", "de", "fr", "fy"})
# Addresses, @names and #tags are no words.
_NO_WORDS = re.compile(r"://|@|#|^www\.")
_WORD = re.compile(r"[^\W\d_]{4,}")
_CONSONANTS = re.compile(r"[bcdfghjklmnpqrstvwxz]{5,}")
# Between two vowels stands the end of one syllable and the beginning of the next. These let through more than
# there is ("angstschreeuw", "slechtstschrijvend"), but not what keys next to each other make. Tried on 23,000
# words in 38 languages, without a false alarm in the languages above.
_END = (
    r"h?(?:ng|nk|[lmnrwj]{1,2})?(?:sch|tch|ch|gh|ck|ph|sh|th|[bdfgkpqtvxzcm])?"
    r"(?:s?t?s?t?|d?s?|t?h?s?)(?:ch)?"
)
_BEGINNING = r"(?:s|sch)?(?:ps|pn|sch|ch|ph|th|sh|[bcdfghjklmnpqrstvwxz])?[hjlmnrvw]?"
_SYLLABLES = re.compile(f"{_END}{_BEGINNING}")
_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
# "wert" is a word in German; of the other rows four in a row are enough.
_ROW_PARTS = tuple(
    part[::step]
    for row, size in zip(_ROWS, (5, 4, 4), strict=True)
    for start in range(len(row) - size + 1)
    for part in [row[start : start + size]]
    for step in (1, -1)
)
# One finger that goes to and fro, and one that stays down; "hmmm", "zzz", "brrr" and drawn-out vowels are said.
_TO_AND_FRO = re.compile(r"(?:asd|sdf|dfg|fgh|ghj|hjk|jkl|qwe|zxc|xcv|vbn|bnm|dsa|lkj|ewq|cxz|poi){2,}")
_STAYS_DOWN = re.compile(r"([bcdfgjklnpqtvwx])\1{4,}")
# Signs that stand beside the letters. Lines of "---", "...", "===" and "///" are drawn on purpose.
_SIGNS = re.compile(r"[;\[\]\\'`]{5,}|(?=\S*([;\[\]\\`]))[;,./\[\]\\=']{5,}")
# Nobody needs more examples than this, and a huge text must not keep the writer waiting.
_MOST_WORDS = 5000
_LONGEST = 200


class Gibberish(Check):
    """Looks at: words that no language builds, such as keys pressed by accident."""

    key = "gibberish"
    title = _("Loose keys")
    why = _("An open keyboard posts by itself: a child at home, a pocket, a cat.")
    todo = _("Read the text once more from the beginning, and take out what does not belong there.")
    agreement = "finished-posts"

    def findings(self, draft: Draft) -> Iterator[Finding]:
        """Yield one finding with the first such word."""
        if draft.language.split("-")[0] not in _LANGUAGES:
            return
        for text in dict.fromkeys([draft.text, *(target.text for target in draft.targets)]):
            if word := _first(text):
                message = _("“%(word)s” does not look like a word.")
                yield Finding(self.key, Tier.LOOK, message, {"word": word[:40]})
                return


def _first(text: str) -> str:
    parts = [part[:_LONGEST] for part in text.split()[:_MOST_WORDS] if not _NO_WORDS.search(part)]
    words = (word for part in parts for word in _WORD.findall(part) if _is_gibberish(word))
    signs = (match.group() for part in parts if (match := _SIGNS.search(part)))
    return next(words, "") or next(signs, "")


def _is_gibberish(word: str) -> bool:
    # Abbreviations ("VRZHZ") have no syllables.
    if word.isupper() and len(word) <= 8:
        return False
    plain = _plain(word)
    if any(part in plain for part in _ROW_PARTS) or _TO_AND_FRO.search(plain) or _STAYS_DOWN.search(word.casefold()):
        return True
    return any(not _SYLLABLES.fullmatch(run) for run in _CONSONANTS.findall(plain))


def _plain(word: str) -> str:
    """Without accents, with the Dutch vowel *ij* as one sign, and "brrrrr" as "brr"."""
    letters = unicodedata.normalize("NFKD", word).casefold()
    bare = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return re.sub(r"(.)\1+", r"\1\1", bare.replace("ij", "y"))
