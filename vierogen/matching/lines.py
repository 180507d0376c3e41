"""Lines of a file or of standard input, as they come, and the posts in them."""

import json
import os
import select
import stat
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from vierogen.core.marks import unpiled
from vierogen.core.words import gettext_noop as _
from vierogen.matching.posts import Post

# Of a file so many bytes are read at a time, some 600 posts; of a pipe what there is, at most so many.
_CHUNK = 1 << 17
# Bytes of a line: more is no post, and a file without an end of line must not fill the memory.
LONGEST = 1 << 20
_MARK = b"\xef\xbb\xbf"
TOO_LONG = _("This line is longer than a million bytes. The rest of it is left out.")
NOT_UTF8 = _("This is not UTF-8. What cannot be read is left out.")
NO_JSON = _("This begins like an object of JSON but is none. It is read as a text.")
NO_TEXT = _("This object of JSON has no text. It is read as a text itself.")


class Read(NamedTuple):
    """The post in a line, and what is wrong with that line, if anything."""

    post: Post
    wrong: str = ""


class Lines:
    """The lines of an open file in lots: what can be read now, without waiting for more, until it ``is_done``."""

    def __init__(self, file: int) -> None:
        self._file = file
        self._is_file = stat.S_ISREG(os.fstat(file).st_mode)
        self._rest = b""
        self._is_first, self.is_done = True, False

    def is_ready(self) -> bool:
        """Whether something can be read, or will never come, right now."""
        return self._is_file or bool(select.select([self._file], [], [], 0)[0])

    def __iter__(self) -> Iterator[list[bytes]]:
        """Each lot, without the ends of its lines. Only line feeds part lines, as for other programs."""
        while not self.is_done:
            yield self.lot()

    def lot(self) -> list[bytes]:
        """The next lines, perhaps none: a line that goes on is kept until its end comes."""
        pieces, size = [self._rest], len(self._rest)
        while not self.is_done:
            data = os.read(self._file, _CHUNK)
            self.is_done = not data
            # One byte too many tells of all that are left out.
            if b"\n" not in data:
                data = data[: max(0, LONGEST + 1 - size)]
                size += len(data)
                pieces.append(data)
                continue
            line, end, others = data.partition(b"\n")
            pieces += (line[: max(0, LONGEST + 1 - size)], end, others)
            break
        lines = b"".join(pieces).split(b"\n")
        self._rest = lines.pop()
        if self.is_done and self._rest:
            lines.append(self._rest)
            self._rest = b""
        if lines and self._is_first:
            self._is_first, lines[0] = False, lines[0].removeprefix(_MARK)
        return [line.removesuffix(b"\r") for line in lines]


def posts_of(lines: Sequence[bytes]) -> list[Read]:
    """The posts in these lines; one that cannot be read right is read as far as it can be."""
    return list(map(_post_of, lines))


def _post_of(line: bytes) -> Read:
    if len(line) > LONGEST:
        return Read(post_of(line[:LONGEST].decode(errors="ignore")).post, TOO_LONG)
    try:
        text = line.decode()
    except UnicodeDecodeError:
        return Read(post_of(line.decode(errors="replace")).post, NOT_UTF8)
    return post_of(text)


def post_of(line: str) -> Read:
    """The post in a line: the line itself, unless that is an object of JSON with a text."""
    if not line.startswith("{"):
        return Read(Post(unpiled(line)))
    try:
        told = json.loads(line)
    except (ValueError, RecursionError):
        return Read(Post(unpiled(line)), NO_JSON)
    if not isinstance(told.get("text"), str):
        return Read(Post(unpiled(line)), NO_TEXT)
    has = told.get("has")
    post = Post(
        unpiled(told["text"]),
        lang=_word(told, "lang"),
        author=_word(told, "author"),
        source=_word(told, "source"),
        network=_word(told, "network"),
        has=frozenset(each for each in has if isinstance(each, str)) if isinstance(has, list) else frozenset(),
        is_reply=True in (told.get("reply"), told.get("is_reply")),
    )
    return Read(post)


def _word(told: dict[str, Any], name: str) -> str:
    value = told.get(name)
    return value if isinstance(value, str) else ""
