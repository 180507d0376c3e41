"""Do links lead to addresses that the organisation knows?"""

from collections.abc import Iterator

from vierogen.core.words import gettext_noop as _
from vierogen.posts.checks.addresses import MOST_LINKS, Address, addresses_in, followed, own_domains
from vierogen.posts.checks.base import Check, Draft, Finding, Tier
from vierogen.posts.checks.domains import belongs_to, claims_other_host, host_of, imitated, mixes_alphabets, written

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
_ELSEWHERE = _("%(domain)s is not among your own or allowed addresses.")


class Unlisted(Check):
    """Looks at: links to other addresses than the organisation's own and allowed ones, and shortened links.

    Of the first it says nothing where no organisation is known.
    An organisation in which every address has to be on the list chooses that this check stops.
    """

    key = "unlisted"
    title = _("Addresses not on your list")
    why = _("Readers trust an address because you sent it.")
    todo = _("Read the address. Your administrator can allow one that you need often.")
    agreement = "safe-links"
    kind = "LINK"

    def findings(self, draft: Draft) -> Iterator[Finding]:
        """Yield one line per domain."""
        domains, said = own_domains(draft), set[str]()
        for address, link in followed(addresses_in(draft)[:MOST_LINKS], draft):
            final = host_of(link.final) if link else ""
            message = _about(address, final, domains)
            if message == _ELSEWHERE and not draft.has_list:
                continue
            domain = written(final or address.host)
            if message and f"{message}{domain}" not in said:
                said.add(f"{message}{domain}")
                values = {"link": address.shown, "domain": domain}
                yield Finding(
                    self.key, Tier.LOOK, message, values, address.channel, start=address.start, end=address.end
                )


def _about(address: Address, final: str, domains: list[str]) -> str:
    host = address.host
    if not host or _is_pretence(address, final, domains):
        return ""
    if belongs_to(host, domains) and belongs_to(final or host, domains):
        return ""
    if belongs_to(host, _SHORTENERS) and not belongs_to(host, domains):
        return _hidden(host, final)
    if final and final != host and not belongs_to(final, [host]):
        if belongs_to(final, domains):
            return ""
        return _("%(link)s leads on to %(domain)s, which is not among your own or allowed addresses.")
    return _ELSEWHERE


def _is_pretence(address: Address, final: str, domains: list[str]) -> bool:
    """The check of links stops it already; one line is enough."""
    return bool(
        claims_other_host(address.full)
        or imitated(address.host, domains)
        or imitated(final, domains)
        or (mixes_alphabets(address.host) and not belongs_to(address.host, domains))
    )


def _hidden(host: str, final: str) -> str:
    if final and final != host:
        return _("%(link)s does not show where it leads. It leads to %(domain)s.")
    return _("%(link)s does not show where it leads.")
