"""Something cheerful goes out in the hour in which nobody wants to read it."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from vierogen.practice.scenario import Measure, Scenario


class InsensitiveMoment(Scenario):
    """A cheerful post while people mourn."""

    key = "insensitive_moment"
    title = gettext_lazy("A cheerful post at the wrong moment")
    situation = gettext_lazy("An hour ago there was a grave accident on the market square. Then this appears.")
    hint = gettext_lazy("Speak of the people it is about first, then say sorry for the post. No jokes, no excuses.")
    questions = (
        gettext_lazy("Who looks at what is planned when something grave happens, also at night?"),
        gettext_lazy("Did anybody think of “Something grave happened”, which holds what was approved before?"),
        gettext_lazy("Who speaks for the organisation now, and who checks it?"),
    )
    measures = (Measure("planned", gettext_lazy("Somebody looked at what is planned, and said what they would hold")),)

    @classmethod
    def text(cls) -> str:
        """An invitation that was planned weeks ago."""
        return _("Party time! Tonight fireworks and free drinks on the market square. Are you coming too?")
