"""Somebody has two accounts in one app, and taps the wrong one: the commonest accident of all."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from vierogen.practice.scenario import Scenario


class StrayPost(Scenario):
    """A private post on the official account."""

    key = "stray_post"
    title = gettext_lazy("A private post on the official account")
    situation = gettext_lazy("Somebody wanted to tell friends about the weekend, and was still in the wrong account.")
    hint = gettext_lazy("Say what went wrong, say sorry, say that it is gone. A wink is allowed: nobody was hurt.")
    questions = (
        gettext_lazy("Who heard of it first, and how?"),
        gettext_lazy("Did two people do the same thing, or did everybody wait for somebody else?"),
        gettext_lazy("Would whoever posted it have dared to say so at once?"),
    )

    @classmethod
    def text(cls) -> str:
        """Something of a free evening."""
        return _("At last! Shoes off, music on, and nobody from work who can see me now. See you at the lake!")
