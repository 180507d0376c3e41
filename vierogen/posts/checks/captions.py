"""Can a film be followed without sound?"""

import re
from collections.abc import Iterator

from vierogen.core.words import gettext_noop as _
from vierogen.posts.checks.base import Check, Draft, Finding, Tier

# Whoever writes one of these has thought of it.
_THOUGHT_OF = re.compile(
    r"ondertitel|gebarentaal|(?:zonder|geen) (?:geluid|stem|gesproken)|subtitle|caption|sign language"
    r"|(?:without|no) (?:sound|speech|audio)|silent",
    re.IGNORECASE,
)


class Captions(Check):
    """Looks at: a film of which neither the post nor its description says that it can be followed without sound."""

    key = "captions"
    title = _("Subtitles")
    why = _("Many people watch without sound, and some cannot hear it. Subtitles are how they follow a film.")
    todo = _("Watch it without sound and add subtitles if you miss something. Say in the description that it has them.")
    agreement = "readable-for-everyone"

    def findings(self, draft: Draft) -> Iterator[Finding]:
        """Yield at most one finding, about the first such film."""
        if _THOUGHT_OF.search(draft.text):
            return
        for number, picture in enumerate(draft.pictures, 1):
            if picture.is_film and not _THOUGHT_OF.search(picture.alt):
                message = _("Does film %(number)s (%(name)s) have subtitles? Vierogen cannot see that.")
                yield Finding(self.key, Tier.LOOK, message, {"number": number, "name": picture.name})
                return
