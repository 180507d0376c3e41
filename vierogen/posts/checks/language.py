"""Is it written in a language in which the organisation writes?"""

import re
from collections.abc import Iterator
from functools import cache

from py3langid.langid import MODEL_FILE, LanguageIdentifier

from vierogen.core.words import gettext_noop as _
from vierogen.posts.checks.base import Check, Draft, Finding, Tier
from vierogen.posts.checks.wording import texts

# Those that people here speak, by their names in plain words. The others of the model are left out: with few
# words it takes Dutch for Afrikaans or Luxembourgish.
_NAMES = {
    "ar": _("Arabic"),
    "cs": _("Czech"),
    "da": _("Danish"),
    "de": _("German"),
    "en": _("English"),
    "es": _("Spanish"),
    "fa": _("Persian"),
    "fr": _("French"),
    "fy": _("Frisian"),
    "hu": _("Hungarian"),
    "it": _("Italian"),
    "nl": _("Dutch"),
    "pl": _("Polish"),
    "pt": _("Portuguese"),
    "ro": _("Romanian"),
    "ru": _("Russian"),
    "so": _("Somali"),
    "sv": _("Swedish"),
    "tr": _("Turkish"),
    "uk": _("Ukrainian"),
}
# The second language of the Netherlands by law (Wet gebruik Friese taal): nobody needs to ask for it.
_ALWAYS = frozenset({"fy"})
# Neither language: addresses, @names, #tags, and what somebody is called.
_NO_LANGUAGE = re.compile(
    r"https?://\S+|www\.\S+|\S{0,60}@\S+|#\w+|\S{1,60}\.\w{2,}/\S*|[\"“„«][^\"“”„«»\n]{1,300}[\"”»]"
)
_WORD = re.compile(r"[^\W\d_]+")
_FEWEST_WORDS = 5
_FEWEST_LETTERS = 28
# How much likelier another language must be (natural logarithm), per sign of the text and at least.
_SURE_PER_LETTER = 0.45
_SURE = 12.0
_MOST_LETTERS = 2000


class Language(Check):
    """Looks at: a text in another language than those of the organisation and of the post; short ones are let be."""

    key = "language"
    title = _("Language")
    why = _("A post in a language you never use is often meant for another account.")
    todo = _("Look at the account above. If it is meant for these readers, say in your own language what it is about.")
    agreement = "right-account"

    def findings(self, draft: Draft) -> Iterator[Finding]:
        """Yield one finding with the language that it seems to be."""
        allowed = {each.split("-")[0].lower() for each in (*draft.languages, draft.language)} | _ALWAYS
        for text, channel in texts(draft):
            if other := _other(text, frozenset(allowed)):
                message = _("This seems to be written in %(problem)s.")
                yield Finding(self.key, Tier.LOOK, message, {"problem": _NAMES[other]}, channel)
                return


def _other(text: str, allowed: frozenset[str]) -> str:
    """The language it is in, "" where that may be one of ``allowed``, or cannot be told."""
    bare = " ".join(_WORD.findall(_NO_LANGUAGE.sub(" ", text[:_MOST_LETTERS])))
    words = bare.split()
    # Capitals hide the pairs of letters by which languages are known.
    bare = bare.lower() if bare.isupper() else bare
    if len(words) < _FEWEST_WORDS or len(bare) < _FEWEST_LETTERS or len(set(words)) < _FEWEST_WORDS:
        return ""
    ranked = _model().rank(bare)
    best, likeliest = ranked[0]
    if best in allowed:
        return ""
    ours = max((score for name, score in ranked if name in allowed), default=None)
    if ours is None:
        return ""
    return best if likeliest - ours > max(_SURE, _SURE_PER_LETTER * len(bare)) else ""


@cache
def _model() -> LanguageIdentifier:
    """Loaded when first asked: it takes most of a second."""
    model = LanguageIdentifier.from_model_file(MODEL_FILE)
    model.set_languages(list(_NAMES))
    return model
