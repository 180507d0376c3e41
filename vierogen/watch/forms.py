"""Forms of the watch: each asks for a reason, in the words that fit."""

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from vierogen.posts.models import Delivery
from vierogen.web.templatetags.vierogen import moment

LONGEST = 2000


class Lines(forms.Textarea):
    """A few lines of text."""

    def __init__(self) -> None:
        super().__init__(attrs={"rows": 3})


class SentAs(forms.ModelChoiceField):  # type: ignore[type-arg]  # not generic at run time
    """One of the deliveries that were cut off, by what was to be sent and when."""

    def label_from_instance(self, obj: Delivery) -> str:
        """Its words, and when it was sent."""
        return f"{obj.version.summary()} ({moment(obj.sent_at)})"


class AdoptForm(forms.Form):
    """Why it is ours; and which of the ``deliveries`` that were cut off it is, if there are any."""

    def __init__(self, data: object = None, *, deliveries: QuerySet[Delivery]) -> None:
        super().__init__(data)  # type: ignore[arg-type]
        if deliveries:
            self.fields["sent_as"] = SentAs(
                deliveries,
                label=_("Is it one of these? They were cut off while they were being sent."),
                empty_label=_("No, it was posted in another way"),
                required=False,
                widget=forms.RadioSelect,
            )

    reason = forms.CharField(
        label=_("Why is it ours?"),
        help_text=_("Who posted it, and how? This goes into the ledger."),
        widget=Lines,
        max_length=LONGEST,
    )


class TakeDownForm(forms.Form):
    """Why it is taken down; in a hurry nobody has to type."""

    reason = forms.CharField(label=_("Reason"), required=False, widget=Lines, max_length=LONGEST)


class OpenForm(forms.Form):
    """Why somebody has to see evidence."""

    reason = forms.CharField(
        label=_("Why do you need to see it?"),
        help_text=_("This goes into the ledger, with your name, before anything is shown."),
        widget=Lines,
        max_length=LONGEST,
    )
