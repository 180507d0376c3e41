"""Do the links in the text lead where they seem to, and do they work?"""

import re
from collections.abc import Iterator

from vierogen.core.words import gettext_noop as _
from vierogen.posts.checks.addresses import (
    MOST_FOLLOWED,
    MOST_LINKS,
    Address,
    addresses_in,
    followed,
    own_domains,
    shortened,
)
from vierogen.posts.checks.base import Check, Draft, Finding, Link, Tier
from vierogen.posts.checks.domains import belongs_to, claims_other_host, host_of, imitated, mixes_alphabets, written
from vierogen.posts.checks.wording import texts

# The page does not exist (RFC 9110, 15.5.5 and 15.5.11). Other refusals, such as 403 and 429, only say that a
# machine is not welcome.
_GONE = frozenset({404, 410})
# "http//", "https:/", "https;//", and nothing behind it: no browser opens these.
_BROKEN = re.compile(
    r"(?<![\w:/.])https?(?:(?://|:/(?!/)|;/+|:?\\+)[\w.-][^\s<>\"“”]*|://(?=[\s.,;!?)]|$))"
    r"|(?<!\w)(?!https?:)h{1,2}t{1,3}p{1,2}s{0,2}:/{1,2}[\w.-][^\s<>\"“”]*|(?<![\w.@/-])wwww?\.[\w-]*\.\.\w+"
    r"|(?<![\w.@/-])(?:ww|wwww)\.[\w-]+\.\w{2,}|(?<![\w.])www[.,][\w-]+,(?:nl|com|org|eu|nu|be|uk)(?!\w)",
    re.IGNORECASE,
)
# Addresses that nobody outside can open (RFC 1918, RFC 6761, RFC 6762): of a draft, or of a try-out.
_INSIDE = re.compile(
    r"https?://(?:localhost|127\.\d|10\.\d|192\.168\.\d|[\w.-]{1,200}\.(?:local|lan|intern|internal)(?![\w.-]))[^\s<>\"“”]*",
    re.IGNORECASE,
)
_ONLY_INSIDE = _("%(link)s can only be opened inside your organisation.")
_UNUSABLE = _("%(link)s is not a usable address.")
_Judgement = tuple[Tier, str, dict[str, str | int]]


class Links(Check):
    """Stops: an address that imitates one of the organisation's own or allowed domains, or hides where it leads.

    Looks at: links without encryption, links that do not work.
    Says nothing about whether a link works where links are not followed.
    """

    key = "links"
    title = _("Links")
    why = _("One wrong letter sends readers to somebody else's page, perhaps to a swindler's.")
    todo = _("Open the link yourself and read the address.")
    agreement = "safe-links"
    kind = "LINK"

    def findings(self, draft: Draft) -> Iterator[Finding]:
        """Yield imitations first, before anything is followed; then the rest, each line once."""
        every, domains = addresses_in(draft), own_domains(draft)
        if len(every) > MOST_LINKS:
            message = _("Only the first %(count)s links were looked at.")
            yield Finding(self.key, Tier.NOT_CHECKED, message, {"count": MOST_LINKS})
        safe: list[Address] = []
        for address in every[:MOST_LINKS]:
            if stop := _pretence(address, domains):
                yield self._finding(address, stop)
            else:
                safe.append(address)
        yield from self._rest(safe, domains, draft)
        yield from self._broken(draft)

    def _rest(self, addresses: list[Address], domains: list[str], draft: Draft) -> Iterator[Finding]:
        for address, link in followed(addresses, draft):
            for judgement in _judged(address, link, domains):
                yield self._finding(address, judgement)
        if draft.resolve and len(addresses) > MOST_FOLLOWED:
            message = _("Only the first %(count)s links were opened.")
            yield Finding(self.key, Tier.NOT_CHECKED, message, {"count": MOST_FOLLOWED})

    def _broken(self, draft: Draft) -> Iterator[Finding]:
        for text, channel in texts(draft):
            for message, match in ((_UNUSABLE, _BROKEN.search(text)), (_ONLY_INSIDE, _INSIDE.search(text))):
                if match:
                    values, (start, end) = {"link": shortened(match.group())}, match.span()
                    yield Finding(self.key, Tier.LOOK, message, values, channel, start=start, end=end)
                    return

    def _finding(self, address: Address, judgement: _Judgement) -> Finding:
        tier, message, values = judgement
        return Finding(self.key, tier, message, values, address.channel, start=address.start, end=address.end)


def _pretence(address: Address, domains: list[str]) -> _Judgement | None:
    """What is certainly not what it seems, seen from the address alone."""
    values: dict[str, str | int] = {"link": address.shown, "domain": written(address.host)}
    if shown := claims_other_host(address.full):
        message = _("%(link)s seems to lead to %(shown)s but leads to %(domain)s.")
        return Tier.STOP, message, values | {"shown": shortened(shown)}
    if own := imitated(address.host, domains):
        message = _("%(domain)s looks like %(own)s, but it is another address.")
        return Tier.STOP, message, values | {"own": own}
    if mixes_alphabets(address.host) and not belongs_to(address.host, domains):
        return Tier.STOP, _("%(domain)s mixes letters of two alphabets. Addresses are imitated like that."), values
    return None


def _judged(address: Address, link: Link | None, domains: list[str]) -> Iterator[_Judgement]:
    final = host_of(link.final) if link else ""
    values: dict[str, str | int] = {"link": address.shown}
    if own := imitated(final, domains):
        message = _("%(link)s leads on to %(domain)s, which looks like %(own)s but is another address.")
        yield Tier.STOP, message, values | {"domain": written(final), "own": own}
    elif not address.host:
        yield Tier.LOOK, _UNUSABLE, values
    elif address.url.lower().startswith("http://") and belongs_to(address.host, domains):
        yield Tier.LOOK, _("%(link)s is not a secure link. Try it with https."), values
    if link:
        yield from _about_answer(link, values)


def _about_answer(link: Link, values: dict[str, str | int]) -> Iterator[_Judgement]:
    if link.status in _GONE or link.status >= 500:
        message = _("%(link)s does not work: the page answers with error %(status)s.")
        yield Tier.LOOK, message, values | {"status": link.status}
    elif not link.tried:
        yield Tier.NOT_CHECKED, _("%(link)s was not opened. %(problem)s"), values | {"problem": link.problem}
    elif link.problem:
        message = _("%(link)s could not be opened. %(problem)s")
        yield Tier.LOOK, message, values | {"problem": link.problem}
    elif not link.final:
        yield Tier.LOOK, _("%(link)s could not be opened."), values
