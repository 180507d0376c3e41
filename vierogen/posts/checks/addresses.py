"""The web addresses in a text, where each stands, and where they lead."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from vierogen.posts.checks.base import Draft, Link
from vierogen.posts.checks.domains import host_of

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
MOST_LINKS = 50
MOST_FOLLOWED = 5
# Browsers and servers refuse longer addresses.
_LONGEST = 2000
_AFTER_LINK = ".,;:!?'’»…*"


@dataclass(frozen=True)
class Address:
    """One address as it is written, for the text of ``channel`` ("" for all) and at which place there."""

    url: str
    channel: str
    start: int

    @property
    def end(self) -> int:
        """Behind its last sign."""
        return self.start + len(self.url)

    @property
    def full(self) -> str:
        """With a scheme."""
        return with_scheme(self.url)

    @property
    def host(self) -> str:
        """Where it leads at first sight."""
        return host_of(self.full)

    @property
    def shown(self) -> str:
        """As it fits in a sentence."""
        return shortened(self.url)


def with_scheme(url: str) -> str:
    """``url`` as a browser takes it."""
    return url if "://" in url else f"https://{url}"


def shortened(url: str) -> str:
    """As it fits in a sentence."""
    return url if len(url) <= 80 else f"{url[:79]}…"


def addresses_in(draft: Draft) -> list[Address]:
    """Each address once, with where it first stands; at most one more than ``MOST_LINKS``."""
    texts = [("", draft.text), *((target.channel, target.text) for target in draft.targets)]
    found: dict[str, Address] = {}
    for channel, text in texts:
        for match in islice(LINK.finditer(text), 2 * MOST_LINKS):
            url = _trimmed(match.group()[:_LONGEST])
            found.setdefault(url, Address(url, channel, match.start()))
    return list(islice(found.values(), MOST_LINKS + 1))


def own_domains(draft: Draft) -> list[str]:
    """The organisation's own and allowed domains, as hosts."""
    return [host for domain in draft.own_domains if (host := host_of(with_scheme(domain)))]


def followed(addresses: list[Address], draft: Draft) -> Iterator[tuple[Address, Link | None]]:
    """Each address with where it leads: None for all but the first few, and where links are not followed."""
    for number, address in enumerate(addresses, 1):
        yield address, draft.resolve(address.full) if draft.resolve and number <= MOST_FOLLOWED else None


def _trimmed(link: str) -> str:
    """Without the full stop or bracket that belongs to the sentence."""
    link = link.rstrip(_AFTER_LINK)
    while link.endswith((")", "]")) and link.count("(") + link.count("[") < link.count(")") + link.count("]"):
        link = link[:-1].rstrip(_AFTER_LINK)
    return link
