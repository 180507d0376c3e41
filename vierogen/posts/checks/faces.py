"""Are there people in a picture, and did they agree to that?"""

from collections.abc import Iterator

from vierogen.core.words import gettext_noop as _
from vierogen.posts.checks.base import Check, Draft, Extra, Finding, Tier

_ONE = _("There is a face in picture %(number)s (%(name)s), and no declaration of consent is kept with it.")
_SOME = _("There are %(faces)s faces in picture %(number)s (%(name)s), and no declaration of consent is kept with it.")


class Faces(Check):
    """Looks at: a picture with faces in it, where no valid declaration of consent is kept with the picture.

    A face in a photo is personal data (GDPR, article 4(1)). Whether people agreed, how old they are, and whether a
    crowd or an official needs to be asked, no machine can tell: that is for the writer and the reviewer.
    """

    key = "faces"
    title = _("People in a picture")
    why = _("Whoever can be recognised has a say in it. For children their parents have.")
    todo = _("Ask for their consent and keep it with the picture, or choose a picture without recognisable people.")
    agreement = "nothing-private"
    kind = "FACES"
    needs = Extra.VISION

    def findings(self, draft: Draft) -> Iterator[Finding]:
        """Yield one finding per picture with faces and without consent."""
        for number, picture in enumerate(draft.pictures, 1):
            if picture.seen and picture.seen.faces and not picture.consents:
                values: dict[str, str | int] = {"number": number, "name": picture.name, "faces": picture.seen.faces}
                yield Finding(self.key, Tier.LOOK, _ONE if picture.seen.faces == 1 else _SOME, values)
