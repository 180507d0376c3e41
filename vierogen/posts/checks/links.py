"""Where do the links in the text lead, and do they work?"""

import re
from collections.abc import Iterator
from itertools import islice

from vierogen.core.words import gettext_noop as _
from vierogen.posts.checks.base import Check, Draft, Finding, Link, Tier
from vierogen.posts.checks.domains import belongs_to, claims_other_host, host_of, imitated, written

# With a scheme anything is a link; without one only what a reader takes for an address, and not
# "klaar.Morgen", an e-mail address or @gemeente@social.example.
_SUFFIXES = (
    r"(?:nl|com|org|net|eu|info|be|de|fr|uk|gov|edu|io|nu|me|co|ly|amsterdam|frl|app|dev|online|site|shop|xyz|top"
    r"|click|link|page|news|social|support|help|icu|biz|tv|cc|at|ch|es|it|pl|ru|cn|su)"
)
_PATH = r"(?:[/?#][^\s<>\"“”]*)?"
LINK = re.compile(
    r"(?i:https?)://[^\s<>\"“”]+"
    rf"|(?<![@\w.:/-])(?:www\.[\w.-]+|(?:[^\W_][\w-]*\.)+{_SUFFIXES}(?![\w@-]|\.\w)){_PATH}"
)
# Services whose addresses say nothing about where they lead.
_SHORTENERS = frozenset(
    {
        "adf.ly",
        "bit.ly",
        "bitly.com",
        "bl.ink",
        "buff.ly",
        "cutt.ly",
        "dlvr.it",
        "fb.me",
        "goo.gl",
        "han.gl",
        "ift.tt",
        "is.gd",
        "lnkd.in",
        "me-qr.com",
        "ow.ly",
        "qrco.de",
        "rb.gy",
        "rebrand.ly",
        "s.id",
        "short.io",
        "shorturl.at",
        "soo.gd",
        "t.co",
        "t.ly",
        "tiny.cc",
        "tiny.one",
        "tinyurl.com",
        "urlz.fr",
        "v.gd",
    }
)
_MOST_LINKS = 50
_MOST_FOLLOWED = 5
# Browsers and servers refuse longer addresses.
_LONGEST = 2000
# The page does not exist (RFC 9110, 15.5.5 and 15.5.11). Other refusals, such as 403 and 429, only say that a
# machine is not welcome.
_GONE = frozenset({404, 410})


class Links(Check):
    """Stops: an address that imitates one of the organisation's own or allowed domains.

    Looks at: other domains than those, shortened links, links without encryption, links that do not work.
    Says nothing about whether a link works where links are not followed.
    """

    key = "links"
    title = _("Links")
    why = _("One wrong letter sends readers to somebody else's page, perhaps to a swindler's.")
    todo = _("Open the link yourself and read the address. Your administrator can allow an address you need often.")
    agreement = "safe-links"

    def findings(self, draft: Draft) -> Iterator[Finding]:
        """Yield imitations first, before anything is followed; then the rest, at most one line per domain."""
        links = list(islice(_links(draft).items(), _MOST_LINKS + 1))
        if len(links) > _MOST_LINKS:
            message = _("Only the first %(count)s links were looked at.")
            yield Finding(self.key, Tier.NOT_CHECKED, message, {"count": _MOST_LINKS})
        domains = [host for domain in draft.own_domains if (host := host_of(_full(domain)))]
        safe: dict[str, str] = {}
        for url, channel in links[:_MOST_LINKS]:
            stops = list(self._imitations(url, host_of(_full(url)), domains, channel=channel))
            yield from stops
            if not stops:
                safe[url] = channel
        yield from self._rest(safe, domains, draft)

    def _imitations(self, url: str, host: str, domains: list[str], *, channel: str) -> Iterator[Finding]:
        values: dict[str, str | int] = {"link": _short(url), "domain": written(host)}
        if shown := claims_other_host(_full(url)):
            message = _("%(link)s seems to lead to %(shown)s but leads to %(domain)s.")
            yield Finding(self.key, Tier.STOP, message, values | {"shown": _short(shown)}, channel)
        elif own := imitated(host, domains):
            message = _("%(domain)s looks like %(own)s, but it is another address.")
            yield Finding(self.key, Tier.STOP, message, values | {"own": own}, channel)

    def _rest(self, links: dict[str, str], domains: list[str], draft: Draft) -> Iterator[Finding]:
        said: set[str] = set()
        for number, (url, channel) in enumerate(links.items(), 1):
            followed = draft.resolve(_full(url)) if draft.resolve and number <= _MOST_FOLLOWED else None
            for tier, message, values in _judged(url, followed, domains):
                # One line about a domain is enough; the same line twice is noise.
                line = f"{message}{values.get('domain') or values['link']}"
                if line not in said:
                    said.add(line)
                    yield Finding(self.key, tier, message, values, channel)
        if draft.resolve and len(links) > _MOST_FOLLOWED:
            message = _("Only the first %(count)s links were opened.")
            yield Finding(self.key, Tier.NOT_CHECKED, message, {"count": _MOST_FOLLOWED})


_Judgement = tuple[Tier, str, dict[str, str | int]]


def _judged(url: str, followed: Link | None, domains: list[str]) -> Iterator[_Judgement]:
    host = host_of(_full(url))
    final = host_of(followed.final) if followed else ""
    values: dict[str, str | int] = {"link": _short(url)}
    if followed and (own := imitated(final, domains)):
        message = _("%(link)s leads on to %(domain)s, which looks like %(own)s but is another address.")
        yield Tier.STOP, message, values | {"domain": written(final), "own": own}
    elif message := _about_domain(host, final, domains):
        yield Tier.LOOK, message, values | {"domain": written(final or host)}
    elif url.lower().startswith("http://"):
        yield Tier.LOOK, _("%(link)s is not a secure link. Try it with https."), values
    if followed:
        yield from _about_answer(followed, values)


def _about_domain(host: str, final: str, domains: list[str]) -> str:
    if not host:
        return _("%(link)s is not a usable address.")
    if belongs_to(host, domains) and belongs_to(final or host, domains):
        return ""
    if belongs_to(host, _SHORTENERS) and not belongs_to(host, domains):
        return _hidden(host, final)
    if final and final != host and not belongs_to(final, [host]):
        if belongs_to(final, domains):
            return ""
        return _("%(link)s leads on to %(domain)s, which is not among your own or allowed addresses.")
    return _("%(domain)s is not among your own or allowed addresses.")


def _hidden(host: str, final: str) -> str:
    if final and final != host:
        return _("%(link)s does not show where it leads. It leads to %(domain)s.")
    return _("%(link)s does not show where it leads.")


def _about_answer(followed: Link, values: dict[str, str | int]) -> Iterator[_Judgement]:
    if followed.status in _GONE or followed.status >= 500:
        message = _("%(link)s does not work: the page answers with error %(status)s.")
        yield Tier.LOOK, message, values | {"status": followed.status}
    elif not followed.tried:
        yield Tier.NOT_CHECKED, _("%(link)s was not opened. %(problem)s"), values | {"problem": followed.problem}
    elif followed.problem:
        message = _("%(link)s could not be opened. %(problem)s")
        yield Tier.LOOK, message, values | {"problem": followed.problem}
    elif not followed.final:
        yield Tier.LOOK, _("%(link)s could not be opened."), values


def _links(draft: Draft) -> dict[str, str]:
    """Each link with the channel it is for: "" where it is in the text for all."""
    texts = [("", draft.text), *((target.channel, target.text) for target in draft.targets)]
    found: dict[str, str] = {}
    for channel, text in texts:
        for match in islice(LINK.finditer(text), 2 * _MOST_LINKS):
            found.setdefault(_trimmed(match.group()[:_LONGEST]), channel)
    return found


def _trimmed(link: str) -> str:
    """Without the full stop or bracket that belongs to the sentence."""
    link = link.rstrip(".,;:!?'’»…*")
    while link.endswith((")", "]")) and link.count("(") + link.count("[") < link.count(")") + link.count("]"):
        link = link[:-1].rstrip(".,;:!?'’»…*")
    return link


def _full(url: str) -> str:
    return url if "://" in url else f"https://{url}"


def _short(url: str) -> str:
    return url if len(url) <= 80 else f"{url[:79]}…"
