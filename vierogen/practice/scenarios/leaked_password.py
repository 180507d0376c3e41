"""A photo of a proud moment, with a board behind it on which somebody wrote a password."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from vierogen.practice.scenario import Measure, Scenario


class LeakedPassword(Scenario):
    """A password that anybody could read."""

    key = "leaked_password"
    title = gettext_lazy("A password that everybody can read")
    situation = gettext_lazy("A post about the new front desk shows the note on which its password is written.")
    hint = gettext_lazy(
        "Say that something was readable that should not be, and that it is of no use any more. No jokes."
    )
    questions = (
        gettext_lazy("Was the password changed before the post was gone, or after?"),
        gettext_lazy("Who decides whether this is a privacy breach, and did they hear of it?"),
        gettext_lazy("Where else is that password used?"),
    )
    measures = (
        Measure("changed", gettext_lazy("The password that could be read is changed")),
        Measure("told", gettext_lazy("The privacy officer knows, and says whether it is a breach")),
    )

    @classmethod
    def text(cls) -> str:
        """What is written on the note, and is true nowhere."""
        return _("Our new front desk is ready! On the note behind us: user desk-practice, password Not-Real-1234.")
