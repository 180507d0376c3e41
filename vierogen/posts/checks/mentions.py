"""Are the accounts that the text mentions those that are meant?"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from vierogen.core.words import gettext_noop as _
from vierogen.posts.checks.base import Check, Draft, Finding, Target, Tier
from vierogen.posts.checks.domains import bare, one_sign_apart

# Not an e-mail address, not a path. The parts of names have at most 64 signs (RFC 5321, RFC 1035).
MENTION = re.compile(r"(?<![\w@./%+-])@(\w(?:[\w.-]{0,62}\w)?)(?:@(\w(?:[\w.-]{0,62}\w)?\.\w{2,24}))?(?![\w@])")
# Bluesky's own handles: what stands before it is the name.
_BLUESKY = ".bsky.social"
_MOST = 50
# A short name has many neighbours that are nobody's imitation.
_SHORTEST = 6
_Judgement = tuple[Tier, str, dict[str, str | int]]


@dataclass(frozen=True)
class _Mention:
    """As it is written, at a place in the text for one channel, or for all."""

    written: str
    target: Target | None
    start: int

    @property
    def handle(self) -> str:
        return self.written.lstrip("@").lower()

    @property
    def name(self) -> str:
        return _name_of(self.written)


class Mentions(Check):
    """Stops: a mention that an eye takes for one of the organisation's own accounts, and that is another.

    Looks at: mentions one sign away from an own account, or with its name on another server; mentions that do not
    exist on the network. Says nothing of that last while networks are not asked.
    """

    key = "mentions"
    title = _("Mentions")
    why = _("Somebody else reads it, or nobody does, when the name after the @ is not quite right.")
    todo = _("Open the account that you mention, and copy its name.")
    agreement = "right-account"
    kind = "MENTION"

    def findings(self, draft: Draft) -> Iterator[Finding]:
        """Yield one line per mention: an imitation where it is one, else whether it exists."""
        own = [handle.lstrip("@").lower() for handle in draft.own.handles]
        for mention in _mentions(draft):
            if _is_own(mention, own):
                continue
            for tier, message, values in _about(mention, own, draft):
                channel = mention.target.channel if mention.target else ""
                end = mention.start + len(mention.written)
                told = {"mention": mention.written, **values}
                yield Finding(self.key, tier, message, told, channel, start=mention.start, end=end)


def _mentions(draft: Draft) -> list[_Mention]:
    """Each mention once, at its first place: in the text for all, or in that of one channel."""
    found: dict[str, _Mention] = {}
    texts = [(None, draft.text), *((target, target.text) for target in draft.targets)]
    for target, text in texts:
        for match in MENTION.finditer(text):
            if len(found) < _MOST:
                found.setdefault(match.group().lower(), _Mention(match.group(), target, match.start()))
    return list(found.values())


def _is_own(mention: _Mention, own: list[str]) -> bool:
    """Is it one of our accounts, in full or by the name alone?"""
    return mention.handle in own or ("@" not in mention.handle and mention.name in map(_name_of, own))


def _about(mention: _Mention, own: list[str], draft: Draft) -> Iterator[_Judgement]:
    if judgement := next(filter(None, (_likeness(mention, handle) for handle in own)), None):
        yield judgement
        return
    missing = [target.network.name for target in _targets(mention, draft) if _is_missing(mention, target, draft)]
    if missing:
        message = _("%(mention)s does not exist on %(networks)s.")
        yield Tier.LOOK, message, {"networks": ", ".join(dict.fromkeys(missing))}


def _likeness(mention: _Mention, own: str) -> _Judgement | None:
    name, own_name = mention.name, _name_of(own)
    plain, own_plain = bare(name), bare(own_name)
    values: dict[str, str | int] = {"own": f"@{own}"}
    if name == own_name:
        return Tier.LOOK, _("%(mention)s has the name of your account %(own)s, but it is another account."), values
    if plain == own_plain and len(plain) >= _SHORTEST:
        if _letters(name) != _letters(own_name):
            return Tier.STOP, _("%(mention)s looks like your account %(own)s, but it is another account."), values
        return Tier.LOOK, _("%(mention)s is written almost like your account %(own)s."), values
    if min(len(plain), len(own_plain)) >= _SHORTEST and _is_slip(name, own_name):
        return Tier.LOOK, _("%(mention)s is written almost like your account %(own)s."), values
    return None


def _is_slip(name: str, own: str) -> bool:
    """One sign apart; where that is a digit, it is another account of a row: team1 and team2."""
    without_digits = ["".join(sign for sign in part if not sign.isdigit()) for part in (name, own)]
    return without_digits[0] != without_digits[1] and one_sign_apart(bare(name), bare(own))


def _letters(name: str) -> str:
    """The letters and digits as they are; underscores, dots and hyphens are a matter of spelling."""
    return "".join(sign for sign in name if sign.isalnum())


def _name_of(handle: str) -> str:
    """The name alone: of @gemeente@social.example and @gemeente.bsky.social that is gemeente."""
    return handle.lstrip("@").lower().partition("@")[0].removesuffix(_BLUESKY)


def _targets(mention: _Mention, draft: Draft) -> list[Target]:
    """Where it goes out: the channel whose text it is in, or all whose text has it."""
    return [target for target in draft.targets if mention.written.lower() in target.text.lower()]


def _is_missing(mention: _Mention, target: Target, draft: Draft) -> bool:
    return draft.exists is not None and draft.exists(target.channel, mention.written) is False
