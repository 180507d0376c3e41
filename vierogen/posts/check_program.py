"""``vierogen check``: the checks for other programs, without a database or an organisation that was set up.

No settings are read and no database is opened: nothing of an installation is known. Links are not followed.
"""

import gettext
import json
import os
import sys
import time
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from mimetypes import guess_type
from pathlib import Path
from typing import BinaryIO, NoReturn
from unicodedata import category
from zoneinfo import ZoneInfo

from vierogen.core.pictures import Cleaned, PictureRefused, drawn_or_printed, is_picture, reencode
from vierogen.core.words import gettext_noop as _
from vierogen.networks.base import Network
from vierogen.posts.checks.base import Draft, Extra, Finding, Level, PictureFacts, Span, Target, Tier
from vierogen.posts.checks.extras import is_installed
from vierogen.posts.checks.running import run, worded
from vierogen.posts.names import name_finder
from vierogen.posts.vision import VisionError, look_at_clean

CLEAN, LOOK, STOP, NOT_CHECKED = 0, 1, 2, 3
# sysexits.h: EX_USAGE and EX_SOFTWARE.
WRONG_USAGE, FAILURE = 64, 70
_OUTCOMES = {Tier.LOOK: LOOK, Tier.STOP: STOP, Tier.NOT_CHECKED: NOT_CHECKED}
# The worst first: one of these says how the whole ended.
_WORST = (STOP, NOT_CHECKED, LOOK, CLEAN)
_SAID = {Tier.STOP: "stop", Tier.LOOK: "look", Tier.NOT_CHECKED: "unchecked"}
# No picture is larger, and no post longer; what is, was not meant as one.
MOST_BYTES, MOST_LETTERS = 25 * 1024 * 1024, 1_000_000
# In bytes: a character takes four at most.
_LONGEST_LINE = 4 * MOST_LETTERS + 4
# Beyond this no letter of a screenshot can be read.
MOST_REDUCED = 2.5
LOCALES = Path(__file__).resolve().parents[1] / "locale"
ZONE = "Europe/Amsterdam"
# Nobody told us the alt text; and what the file is called says nothing.
_NOT_ASKED = {"missing_alt": Level.OFF}
_UNREADABLE = _("This is neither a text in UTF-8 nor a picture.")
_TOO_LARGE = _("This file is larger than 25 MB.")
_TOO_LONG = _("This text has more than a million characters.")
_BLIND = _("Nobody looked at this picture: the extra “vision” is not installed.")
_MOVES = _("Only the first of the pictures in this file was looked at.")
_REDUCED = _("This picture is so large that small letters in it were not read. Check it in pieces.")
_PLACE = _("This picture tells where it was taken. Remove that before it goes out.")

Translate = Callable[[str], str]


class Anywhere(Network):
    """A network without limits of its own: the posts are not meant for a certain one."""

    key = "anywhere"
    name = "–"
    text_limit = picture_limit = alt_limit = film_limit = sys.maxsize
    film_seconds = float("inf")

    @classmethod
    def length(cls, text: str) -> int:
        """Code points."""
        return len(text)


@dataclass(frozen=True)
class Post:
    """One post to check: a text or the bytes of a file, and what people call it. ``error``: why it is neither."""

    name: str
    text: str = ""
    picture: bytes | None = None
    error: str = ""


class _Parser(ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """Wrong usage: one line, and the exit status that says so."""
        self.exit(WRONG_USAGE, f"{self.prog}: {message}\n")


def main(arguments: Sequence[str]) -> int:
    """Check what ``arguments`` name; returns the exit status: 0 clean, 1 look, 2 stop, 3 not checked, 64 or 70."""
    asked = _asked(arguments)
    try:
        return _checked(asked)
    except BrokenPipeError:  # whoever reads has seen enough; nothing may be written at exit either
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILURE
    except Exception as error:  # noqa: BLE001 - who asks us is a program: it gets a status, and one line for people
        print(f"vierogen check: {type(error).__name__}: {error}", file=sys.stderr)
        return FAILURE


def _asked(arguments: Sequence[str]) -> Namespace:
    parser = _Parser(
        prog="vierogen check",
        description="Check texts and pictures as Vierogen does before anything goes out.",
        epilog="Exit status: 0 clean, 1 look, 2 stop, 3 not checked (the worst wins: stop, not checked, look), "
        "64 wrong usage, 70 failure.",
    )
    parser.add_argument("files", nargs="*", type=_file, metavar="FILE", help="a text or a picture; - is standard input")
    parser.add_argument("--lines", type=_file, metavar="FILE", help="each line of FILE is one post")
    parser.add_argument("--json", action="store_true", help="print one JSON object per post")
    parser.add_argument("--history", type=_file, metavar="FILE", help="the channel's earlier posts, one a line")
    parser.add_argument("--language", choices=["nl", "en"], help="of the messages; usually that of your shell")
    parser.add_argument("--at", type=_moment, metavar="TIME", help="when it goes out, as 2026-05-04T19:30; usually now")
    asked = parser.parse_args(arguments)
    if not asked.files and not asked.lines:
        parser.error("say which FILE to check (- for standard input), or --lines FILE")
    if [*asked.files, asked.lines, asked.history].count("-") > 1:
        parser.error("standard input (-) can be read once")
    return asked


def _file(name: str) -> str:
    # Not only files: shells give what another program writes as <(...).
    if name != "-" and (not Path(name).exists() or Path(name).is_dir()):
        raise ArgumentTypeError(f"there is no file {name}")
    return name


def _moment(text: str) -> datetime:
    try:
        told = datetime.fromisoformat(text)
    except ValueError as error:
        raise ArgumentTypeError(f"{text} is not a time like 2026-05-04T19:30") from error
    return told if told.tzinfo else told.replace(tzinfo=ZoneInfo(ZONE))


def _checked(asked: Namespace) -> int:
    sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")  # type: ignore[union-attr]
    translate = gettext.translation("django", LOCALES, asked.language and [asked.language], fallback=True).gettext
    tell = _as_json if asked.json else _as_lines
    history = _history(asked.history)
    outcomes = {CLEAN}
    for number, post in enumerate(_posts(asked), start=1):
        began = time.perf_counter()
        found = _findings(post, history=history, at=asked.at or datetime.now(UTC))
        milliseconds = (time.perf_counter() - began) * 1000
        told = tell(post, found, number=number, milliseconds=milliseconds, translate=translate)
        sys.stdout.write(told)
        # Who asks can wait for this answer before giving the next line.
        sys.stdout.flush()
        outcomes |= {_OUTCOMES[finding.tier] for finding in found}
    return next(outcome for outcome in _WORST if outcome in outcomes)


def _history(name: str | None) -> tuple[str, ...]:
    """The earlier posts; a file's last line is the newest."""
    return tuple(post.text for post in _lines(name) if post.text.strip())[::-1] if name else ()


def _posts(asked: Namespace) -> Iterator[Post]:
    for name in asked.files:
        yield _opened(name, _bytes(name))
    if asked.lines:
        yield from _lines(asked.lines)


def _bytes(name: str) -> bytes:
    if name == "-":
        return sys.stdin.buffer.read(MOST_BYTES + 1)
    with Path(name).open("rb") as file:
        return file.read(MOST_BYTES + 1)


def _opened(name: str, data: bytes) -> Post:
    if len(data) > MOST_BYTES:
        return Post(name, error=_TOO_LARGE)
    is_called_picture = (guess_type(name)[0] or "").startswith("image/")
    if is_called_picture or is_picture(data):
        return Post(name, picture=data)
    # From standard input comes no name that tells a drawing from a text.
    refused = drawn_or_printed(data) if data.lstrip()[:1] in {b"<", b"%"} else ""
    return Post(name, error=refused) if refused else _text(name, data)


def _text(name: str, data: bytes) -> Post:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return Post(name, error=_UNREADABLE)
    if len(text) > MOST_LETTERS:
        return Post(name, error=_TOO_LONG)
    return Post(name, error=_UNREADABLE) if "\x00" in text else Post(name, text)


def _lines(name: str) -> Iterator[Post]:
    """Each line as a post; only line feeds part lines, as for other programs."""
    source = sys.stdin.buffer if name == "-" else Path(name).open("rb")  # noqa: SIM115 - closed below
    with source as lines:
        for number, line in enumerate(_parted(lines), start=1):
            yield _text(str(number), line.rstrip(b"\r\n"))


def _parted(source: BinaryIO) -> Iterator[bytes]:
    """The lines; of one that is far too long only the beginning, which is too long as well."""
    while line := source.readline(_LONGEST_LINE):
        rest = line
        while len(rest) == _LONGEST_LINE and not rest.endswith(b"\n"):
            rest = source.readline(_LONGEST_LINE)
        yield line


def _findings(post: Post, *, history: tuple[str, ...], at: datetime) -> list[Finding]:
    if post.error:
        return [_unchecked(post.error)]
    if post.picture is not None:
        return _in_picture(post.picture, name=post.name, at=at)
    target = Target("", Anywhere, post.text, history=history)  # type: ignore[type-abstract]
    return run(Draft(post.text, (target,), has_list=False, now=at, zone=ZONE, find_names=_finder()))


def _in_picture(picture: bytes, *, name: str, at: datetime) -> list[Finding]:
    try:
        clean = reencode(picture, name="")
    except PictureRefused as refusal:
        return [_unchecked(str(refusal))]
    found = list(_of_file(clean))
    seen = None
    try:
        seen = look_at_clean(clean.data) if is_installed(Extra.VISION) else None
    except VisionError as failure:
        found.append(_unchecked(str(failure)))
    # Where it was taken is told of the file itself: nobody removed it from there.
    facts = PictureFacts("", Path(name).name, clean.sha256, taken_at=clean.taken_at, mime=clean.mime, seen=seen)
    found += run(Draft("", (), pictures=(facts,), has_list=False, now=at, zone=ZONE, find_names=_finder()), _NOT_ASKED)
    return sorted(found, key=lambda finding: _WORST.index(_OUTCOMES[finding.tier]))


def _of_file(clean: Cleaned) -> Iterator[Finding]:
    """What is to be said of a picture besides what can be seen: what it carries, and what nobody looked at."""
    if clean.has_place:
        yield Finding("place_in_picture", Tier.STOP, _PLACE, kind="PLACE_IN_PICTURE")
    if not is_installed(Extra.VISION):
        yield _unchecked(_BLIND)
    if clean.animated:
        yield _unchecked(_MOVES)
    # Of 12 megapixels (4000 by 3000) all is read; of a screenshot of 20,000 pixels long nothing would be.
    if clean.reduced > MOST_REDUCED:
        yield _unchecked(_REDUCED)


@cache
def _finder() -> Callable[[str], Sequence[Span]] | None:
    return name_finder()


def _unchecked(reason: str) -> Finding:
    return Finding("input", Tier.NOT_CHECKED, reason, kind="INPUT")


def _message(finding: Finding, translate: Translate) -> str:
    return worded(finding, translate)


def _as_json(_post: Post, found: Sequence[Finding], *, number: int, milliseconds: float, translate: Translate) -> str:
    findings = [
        {
            "check": finding.check,
            "tier": _SAID[finding.tier],
            "kind": finding.kind,
            "start": finding.start,
            "end": finding.end,
            "message": _message(finding, translate),
        }
        for finding in found
    ]
    return json.dumps({"input": number, "findings": findings, "ms": round(milliseconds, 3)}, ensure_ascii=False) + "\n"


def _as_lines(post: Post, found: Sequence[Finding], *, number: int, milliseconds: float, translate: Translate) -> str:
    del number, milliseconds
    return "".join(
        _harmless(f"{post.name}: {_SAID[finding.tier]}: {finding.kind}: {_message(finding, translate)}") + "\n"
        for finding in found
    )


def _harmless(line: str) -> str:
    """Without signs that a terminal would obey or that turn around what people read: they show as \\x1b or \\u202e."""
    return "".join(sign.encode("unicode_escape").decode() if _is_obeyed(sign) else sign for sign in line)


def _is_obeyed(sign: str) -> bool:
    # A zero-width joiner only makes one emoji of several.
    return sign != "\u200d" and category(sign) in {"Cc", "Cf", "Zl", "Zp"}
