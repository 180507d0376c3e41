"""What the checks found, in the reader's language and with its place in the text, and what is not checked here."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from textwrap import shorten
from typing import Any

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from vierogen.learning.standing import titles_in_force
from vierogen.posts.actions.content import Content
from vierogen.posts.checks.base import Finding, Tier
from vierogen.posts.checks.extras import missing
from vierogen.posts.checks.running import checks, worded
from vierogen.posts.models import FoundThing, Version

# More would not be read.
MOST_LOOKS = 3
# What a finding says to a guest of another organisation: what stands in the post, or comes with what is asked. The rest
# (what went out before, when and where a picture was taken, why it is quiet here) is left out.
FOR_GUESTS = {
    *("found", "shown", "word", "link", "domain", "mention", "own", "network", "networks", "channel", "number"),
    *("picture", "count", "faces", "used", "limit", "status", "problem", "at", "until"),
}
# The name of a file stands on somebody's own disk; a guest reads the alt text instead.
FILES = {"name", "file"}
# Signs around the words that were found, and the longest find that is shown whole.
AROUND, LONGEST = 32, 80


@dataclass(frozen=True)
class ShownFinding:
    """A finding in words. ``passable``: a reason and a second person can let this stop through.

    ``words`` are those it is about, marked between some of their neighbours, "" where it concerns the whole.
    ``domain`` is where a link leads. ``reason_by`` gave the reason, and ``passed_by`` agreed; "" where nobody did.
    ``when_due``: found after the approval, when its time came; then the reason is of who released it. ``url`` leads to
    the agreement behind it, where that is in force, and ``action`` says so.
    """

    pk: int
    tier: str
    title: str
    text: str
    todo: str
    why: str
    agreement: str
    channel: str
    passable: bool
    words: SafeString | str = ""
    domain: str = ""
    reason: str = ""
    reason_by: str = ""
    passed_by: str = ""
    when_due: bool = False
    url: str = ""
    action: str = ""


@dataclass(frozen=True)
class Noticed:
    """Every finding: ``first`` every stop, three *look* lines and what was not checked; then ``more`` *look* lines."""

    first: list[ShownFinding]
    more: list[ShownFinding]

    def __iter__(self) -> Iterator[ShownFinding]:
        return iter([*self.first, *self.more])

    def __len__(self) -> int:
        return len(self.first) + len(self.more)


def noticed_in(version: Version) -> Noticed:
    """What was found in a version, with who let it pass and why."""
    texts = _texts(version.text, ((row.channel.handle, row.text or version.text) for row in version.targets.all()))
    cards = titles_in_force(version.post.organisation_id)
    return _sorted(_with_card(_kept(row, texts), cards) for row in version.findings.all())


def noticed_by_guests(version: Version) -> Noticed:
    """The same for a colleague organisation: only what stands in the post itself."""
    texts = _texts(version.text, ((row.channel.handle, row.text or version.text) for row in version.targets.all()))
    alts = list(version.attachments.values_list("alt", flat=True))
    rows = list(version.findings.all())
    for row in rows:
        row.values = _without_the_rest(row.values, alts)
    return _sorted(_kept(row, texts) for row in rows)


def _without_the_rest(values: Mapping[str, Any], alts: Sequence[str]) -> dict[str, Any]:
    number = values.get("number", values.get("picture"))
    alt = alts[number - 1] if isinstance(number, int) and 0 < number <= len(alts) else ""
    files = dict.fromkeys(FILES & values.keys(), shorten(alt, LONGEST, placeholder="…") or "…")
    return {key: told if key in FOR_GUESTS else "…" for key, told in values.items()} | files


def noticed_while_writing(found: Iterable[Finding], content: Content) -> Noticed:
    """What was found in a text that is still being typed."""
    texts = _texts(content.text, ((channel.handle, content.text_on(channel)) for channel in content.channels))
    cards = titles_in_force(content.channels[0].organisation_id) if content.channels else {}
    return _sorted(_with_card(_shown(one, texts), cards) for one in found)


def _with_card(shown: ShownFinding, cards: Mapping[str, str]) -> ShownFinding:
    if shown.agreement not in cards:
        return shown
    action = _("Our agreement: %(title)s") % {"title": cards[shown.agreement]}
    return replace(shown, url=reverse("learning:card", args=[shown.agreement]), action=action)


def _texts(text: str, others: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Each text by its channel's handle; none where two networks have the same handle and different texts."""
    found = {"": text}
    for handle, own in others:
        found[handle] = own if found.get(handle, own) == own else ""
    return found


def not_checked_here() -> list[str]:
    """The titles of the checks that see nothing, or less, because an extra is not installed."""
    without = [check for each in missing(checks().values()).values() for check in each]
    return sorted((_(check.title) for check in without), key=str.casefold)


def _sorted(findings: Iterable[ShownFinding]) -> Noticed:
    every = list(findings)
    looks = [one for one in every if one.tier == Tier.LOOK]
    stops, rest = ([one for one in every if one.tier == tier] for tier in (Tier.STOP, Tier.NOT_CHECKED))
    return Noticed([*stops, *looks[:MOST_LOOKS], *rest], looks[MOST_LOOKS:])


def _kept(row: FoundThing, texts: Mapping[str, str]) -> ShownFinding:
    found = Finding(
        row.check_key,
        Tier(row.tier),
        row.message,
        row.values,
        row.channel,
        row.kind,
        row.start,
        row.end,
    )
    return _shown(found, texts, row=row)


def _shown(found: Finding, texts: Mapping[str, str], row: FoundThing | None = None) -> ShownFinding:
    check = checks().get(found.check)
    return ShownFinding(
        pk=row.pk if row else 0,
        tier=str(found.tier),
        title=_(check.title) if check else "",
        text=worded(found, _),
        todo=_(check.todo) if check else "",
        why=_(check.why) if check else "",
        agreement=check.agreement if check else "",
        channel=found.channel,
        passable=check is None or check.passable,
        words=in_context(texts.get(found.channel, ""), found.start, found.end),
        domain=str(found.values.get("domain", "")) if found.kind == "LINK" else "",
        when_due=row is not None and row.when_due,
        **_passed(row),
    )


def _passed(row: FoundThing | None) -> dict[str, str]:
    if row is None:
        return {}
    return {
        "reason": row.reason,
        "reason_by": row.reason_by.name if row.reason_by else "",
        "passed_by": row.passed_by.name if row.passed_by else "",
    }


def in_context(text: str, start: int, end: int) -> SafeString | str:
    """``text[start:end]`` marked, between its neighbours on one line; "" where that is no place in the text."""
    if not 0 <= start < end <= len(text):
        return ""
    before, after = text[max(0, start - AROUND) : start], text[end : end + AROUND]
    if start > AROUND:
        before = "…" + before.partition(" ")[2]
    if len(text) > end + AROUND:
        after = after.rpartition(" ")[0] + "…"
    found = text[start:end] if end - start <= LONGEST else f"{text[start : start + LONGEST]}…"
    return format_html("{}<mark>{}</mark>{}", _on_one_line(before), _on_one_line(found), _on_one_line(after))


def _on_one_line(text: str) -> str:
    return "".join(" " if sign.isspace() else sign for sign in text)
