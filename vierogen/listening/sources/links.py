"""Links as they are kept: absolute, without what only follows people around, and out of others' redirects."""

import re
from urllib.parse import parse_qs, parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

# No longer one is kept: what is longer leads nowhere.
LONGEST = 2_000

_PREFIXES = ("utm_", "mtm_", "pk_", "piwik_", "matomo_", "hsa_", "oly_", "vero_", "wt_", "__hs", "at_")
# fmt: off
_NAMES = frozenset({
    "fbclid", "gclid", "gclsrc", "dclid", "gbraid", "wbraid", "msclkid", "yclid", "ysclid", "twclid", "ttclid",
    "li_fat_id", "igshid", "igsh", "mc_cid", "mc_eid", "mkt_tok", "_hsenc", "_hsmi", "hsctatracking", "s_cid",
    "s_kwcid", "ncid", "cmpid", "wtrid", "xtor", "ito", "ref_src", "ref_url", "srsltid", "_ga", "_gl",
    "rss_source", "cid_source", "sc_cid", "spm", "scm", "guccounter", "guce_referrer", "guce_referrer_sig",
    "dicbo",
})
# fmt: on
# Who sends people on through themselves, and in which parameter the true address stands.
_REDIRECTS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    (r"(www\.)?google\.[a-z]{2,3}(\.[a-z]{2})?", r"/url", ("url", "q")),
    (r"(www\.)?bing\.com", r"/news/apiclick\.aspx", ("url",)),
    (r"lm?\.(facebook|instagram)\.com", r"/l\.php|/", ("u",)),
    (r"(www\.)?youtube\.com", r"/redirect", ("q",)),
    (r"(www\.)?linkedin\.com", r"/(safety|redir)/.*", ("url",)),
    (r".*\.safelinks\.protection\.outlook\.com", r"/.*", ("url",)),
    (r"(duckduckgo\.com|html\.duckduckgo\.com)", r"/l/", ("uddg",)),
)
# A redirect may lead to a redirect; nobody needs more of them.
_MOST_REDIRECTS = 3
_FOLLOWING_FRAGMENT = re.compile(r"^(:~:|utm_|xtor=|ref=|mtm_|at_)", re.IGNORECASE)
_PORTS = {"http": 80, "https": 443}
_UNSEEN = re.compile(r"[\x00-\x20\x7f]+")


def clean(link: str, *, base: str = "") -> str:
    """Return ``link`` absolute, out of redirects, and without tracking parameters; "" where it is no web address.

    The order of the other parameters stays: to a few sites it matters. Two links to the same page become the same.
    """
    try:
        found = _absolute(link, base)
        for _hop in range(_MOST_REDIRECTS):
            if not (inner := _unwrapped(found)):
                break
            # What stood there in percent signs may be unseen signs now.
            found = _absolute(inner, "")
        return _tidied(found)
    except ValueError:  # RFC 3986: brackets and ports that are none
        return ""


def _absolute(link: str, base: str) -> str:
    link = _UNSEEN.sub(lambda match: "%20" if match[0] == " " else "", link.strip())
    return urljoin(base, link) if base else link


def _unwrapped(link: str) -> str:
    """The address that a redirect of a well-known site carries, "" for any other link."""
    parts = urlsplit(link)
    host = (parts.hostname or "").lower()
    for site, path, names in _REDIRECTS:
        if re.fullmatch(site, host) and re.fullmatch(path, parts.path):
            asked = parse_qs(parts.query)
            inner = next((asked[name][0] for name in names if name in asked), "")
            return inner if inner.startswith(("http://", "https://")) else ""
    return ""


def _tidied(link: str) -> str:
    parts = urlsplit(link)
    host = (parts.hostname or "").rstrip(".")
    if parts.scheme.lower() not in _PORTS or not host or parts.username is not None:
        return ""
    where = f"[{host}]" if ":" in host else host
    if parts.port not in (None, _PORTS[parts.scheme.lower()]):
        where += f":{parts.port}"
    fragment = "" if _FOLLOWING_FRAGMENT.match(parts.fragment) else parts.fragment
    tidied = urlunsplit((parts.scheme.lower(), where, parts.path or "/", _without_followers(parts.query), fragment))
    return tidied if len(tidied) <= LONGEST else ""


def _without_followers(query: str) -> str:
    pairs = parse_qsl(query, keep_blank_values=True)
    kept = [(name, value) for name, value in pairs if not follows(name)]
    # Written anew only where something goes: sites spell their own parameters in odd ways.
    return query if len(kept) == len(pairs) else urlencode(kept)


def follows(name: str) -> bool:
    """Does this parameter only tell where somebody came from?"""
    lower = name.lower()
    return lower in _NAMES or lower.startswith(_PREFIXES)


def host_of(link: str) -> str:
    """The host of an address, in lower case; "" where it has none."""
    try:
        return (urlsplit(link).hostname or "").lower().rstrip(".")
    except ValueError:
        return ""
