"""Are there many emoji in a row?"""

from collections.abc import Iterator

import regex

from vierogen.core.words import gettext_noop as _
from vierogen.posts.checks.base import Check, Draft, Finding, Tier
from vierogen.posts.checks.wording import texts

# One emoji with its skin colour, its variation, and what is joined to it; flags; keycaps.
# Unicode Technical Standard 51, https://www.unicode.org/reports/tr51/#EBNF_and_Regex
_ONE = (
    r"(?:\p{RI}\p{RI}|[0-9#*]\ufe0f?\u20e3|(?:\p{Emoji_Presentation}"
    r"|\p{Extended_Pictographic}\ufe0f?)[\p{EMod}\U000e0020-\U000e007f]*"
    r"(?:\u200d\p{Extended_Pictographic}\ufe0f?\p{EMod}?)*)"
)
_EMOJI = regex.compile(_ONE)
_RUN = regex.compile(rf"(?:{_ONE}[ \ufe0f]?)++")
# Five may cheer; what comes after that is heard one by one, with its full name.
_MOST_IN_A_ROW = 5
_MOST = 11


class Emoji(Check):
    """Looks at: more than five emoji in a row, or more than eleven in one post."""

    key = "emoji"
    title = _("Emoji")
    why = _("A screen reader reads the full name of every emoji aloud, one after the other.")
    todo = _("Keep the one or two that say most, at the end of the text.")
    agreement = "readable-for-everyone"

    def findings(self, draft: Draft) -> Iterator[Finding]:
        """Yield one finding with the longest row, or with all there are."""
        for text, channel in texts(draft):
            runs = [(len(_EMOJI.findall(run.group())), run) for run in _RUN.finditer(text)]
            longest, run = max(runs, key=lambda each: each[0], default=(0, None))
            if run and longest > _MOST_IN_A_ROW:
                message = _("%(count)s emoji stand in a row.")
                start, end = run.start(), run.end()
                yield Finding(self.key, Tier.LOOK, message, {"count": longest}, channel, start=start, end=end)
                return
            if (count := sum(size for size, _run in runs)) > _MOST:
                yield Finding(
                    self.key, Tier.LOOK, _("There are %(count)s emoji in this text."), {"count": count}, channel
                )
                return
