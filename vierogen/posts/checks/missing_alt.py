"""Does every picture have an alt text that says what is to be seen?"""

import re
from collections.abc import Iterator
from pathlib import PurePath

from vierogen.core.words import gettext_noop as _
from vierogen.posts.checks.base import Check, Draft, Finding, PictureFacts, Tier

# What cameras, phones and messengers call their files.
_CAMERA_NAME = re.compile(
    r"(?:img|dsc[nf]?|dcim|pxl|mvimg|vid|image|photo|picture|foto|afbeelding|scan|signal)[\s_-]?\d[\w\s.()-]*"
    r"|(?:whatsapp image|screenshot|schermafbeelding|schermopname|screen shot)\b.{0,60}"
    r"|\S+\.(?:jpe?g|png|gif|webp|heic|avif|tiff?|bmp)",
    re.IGNORECASE,
)
# Words that say only that there is a picture.
_SAYS_NOTHING = frozenset(
    {
        "afbeelding",
        "alt",
        "alttekst",
        "beeld",
        "foto",
        "image",
        "img",
        "logo",
        "photo",
        "photograph",
        "picture",
        "plaatje",
    }
)


class MissingAlt(Check):
    """Stops: an empty alt text of a picture. Looks at: one of a film, and one that is only a file name or "photo".

    Says nothing where no network shows readers any words.
    """

    key = "missing_alt"
    title = _("Alt texts")
    why = _("People who cannot see the picture hear the alt text. Without it the message does not reach them.")
    todo = _("Describe in one or two sentences what is to be seen, as you would on the telephone.")
    agreement = "readable-for-everyone"

    def findings(self, draft: Draft) -> Iterator[Finding]:
        """Yield at most one finding per picture."""
        if draft.targets and all(target.is_textless for target in draft.targets):
            return
        for number, picture in enumerate(draft.pictures, 1):
            if found := self._judged(picture):
                tier, message = found
                yield Finding(self.key, tier, message, {"number": number, "name": picture.name})

    def _judged(self, picture: PictureFacts) -> tuple[Tier, str] | None:
        alt = picture.alt.strip()
        if not any(sign.isalnum() for sign in alt):
            if picture.is_film:
                # Not every network can pass it on with a film.
                return Tier.LOOK, _("Film %(number)s (%(name)s) has no description.")
            return Tier.STOP, _("Picture %(number)s (%(name)s) has no alt text.")
        if _is_file_name(alt, picture.name):
            return Tier.LOOK, _("The alt text of picture %(number)s (%(name)s) looks like a file name.")
        if alt.strip(".:! ").casefold() in _SAYS_NOTHING:
            return Tier.LOOK, _("The alt text of picture %(number)s (%(name)s) does not say what is to be seen.")
        return None


def _is_file_name(alt: str, name: str) -> bool:
    same = {name.casefold(), PurePath(name).stem.casefold()}
    return alt.casefold() in same or bool(_CAMERA_NAME.fullmatch(alt))
