"""Matching without any cleverness, written apart from the product: one query, one post, word by word."""

import unicodedata

from vierogen.matching.tree import Every, Exact, Near, Node, Not, Some, Term

GAPS = set("-‐‑'`´ʼ‘’＇")
TWO_LETTERS = {"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa"}
LIKE = {"ø": "o", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i", "ŋ": "n"}


def is_unspaced(sign: str) -> bool:
    return any(
        first <= sign <= last
        for first, last in [
            ("\u0e00", "\u0eff"),
            ("\u3040", "\u30ff"),
            ("\u3400", "\u9fff"),
            ("\uf900", "\ufaff"),
            ("\U00020000", "\U0003ffff"),
        ]
    )


def letters(sign: str) -> str:
    out = ""
    for small in sign.casefold():
        for part in unicodedata.normalize("NFKD", LIKE.get(small, small)):
            for each in part.casefold():
                kind = unicodedata.category(each)
                if kind in {"Mn", "Me", "Cf"}:
                    continue
                out += LIKE.get(each, each) if kind[0] in "LN" or kind == "Mc" else " "
    return out


def words(text: str, *, glued: bool, wide: bool) -> list[str]:
    """The words of one reading, a character at a time."""
    out = ""
    for sign in unicodedata.normalize("NFC", text):
        if sign in GAPS:
            out += "" if glued else " "
        elif wide and sign.lower() in TWO_LETTERS:
            out += TWO_LETTERS[sign.lower()]
        elif is_unspaced(sign):
            out += f" {sign} "
        else:
            out += letters(sign)
    return out.split()


def readings(text: str) -> list[list[str]]:
    return [words(text, glued=glued, wide=wide) for wide in (False, True) for glued in (False, True)]


def places(pattern: str, have: list[str]) -> list[tuple[int, int]]:
    """First and last word of each place where a pattern is, whose spaces tell where words begin and end."""
    wanted = pattern.split()
    found = []
    for start in range(len(have) - len(wanted) + 1):
        part = have[start : start + len(wanted)]
        if not pattern.startswith(" "):
            is_there = wanted[0] in part[0]
        elif not pattern.endswith(" "):
            is_there = part[:-1] == wanted[:-1] and part[-1].startswith(wanted[-1])
        else:
            is_there = part == wanted
        if is_there:
            found.append((start, start + len(wanted) - 1))
    return found


def has(pattern: str, text: str, extras: list[str]) -> bool:
    segments = [*readings(text), *([extra] for extra in extras)]
    return any(places(pattern, segment) for segment in segments)


def holds(node: Node, text: str, extras: list[str] = ()) -> bool:
    """Whether the post has it; ``extras`` are its tags, names and fields as the document has them."""
    match node:
        case Term(patterns):
            return any(has(pattern, text, extras) for pattern in patterns)
        case Exact(patterns, exact):
            return any(has(pattern, text, extras) for pattern in patterns) and exact in spaced(text)
        case Near(left, right, within):
            return near(left, right, within, text)
        case Not(inner):
            return not holds(inner, text, extras)
        case Every(nodes):
            return all(holds(each, text, extras) for each in nodes)
        case Some(nodes):
            return any(holds(each, text, extras) for each in nodes)


def near(left: tuple[str, ...], right: tuple[str, ...], within: int, text: str) -> bool:
    for have in readings(text):
        for one in [place for pattern in left for place in places(pattern, have)]:
            for other in [place for pattern in right for place in places(pattern, have)]:
                if 1 <= other[0] - one[1] <= within or 1 <= one[0] - other[1] <= within:
                    return True
    return False


def spaced(text: str) -> str:
    seen = (sign for sign in text if unicodedata.category(sign) != "Cf")
    apart = "".join({"ĳ": "ij", "Ĳ": "IJ"}.get(sign, sign) for sign in seen)
    out = "".join(sign if sign.isalnum() else " " for sign in unicodedata.normalize("NFC", apart))
    return f" {' '.join(out.split())} "
