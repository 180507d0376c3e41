"""Forms about hits and spikes."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from vierogen.listening.models import Alert, Hit, Keeping, Source
from vierogen.people.models import Member


class FilterForm(forms.Form):
    """Which hits are shown, and in which order."""

    alert = forms.ModelChoiceField(Alert.objects.none(), label=_("Alert"), required=False, empty_label=_("All alerts"))
    language = forms.ChoiceField(label=_("Language"), required=False)
    source = forms.ModelChoiceField(
        Source.objects.none(), label=_("Source"), required=False, empty_label=_("All sources")
    )
    order = forms.ChoiceField(
        label=_("Order"), required=False, choices=[("", _("Newest first")), ("useful", _("Most useful first"))]
    )

    def __init__(self, *args: Any, member: Member, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        organisation_id = member.organisation_id
        self.fields["alert"].queryset = Alert.objects.visible_to(member).order_by("name")  # type: ignore[attr-defined]
        self.fields["source"].queryset = Source.objects.heard_by(organisation_id)  # type: ignore[attr-defined]
        found = Hit.objects.visible_to(member).order_by("item__language").values_list("item__language", flat=True)
        languages = [(key, key) for key in found.exclude(item__language="").distinct()[:40]]
        self.fields["language"].choices = [("", _("All languages")), *languages]  # type: ignore[attr-defined]


class HandOnForm(forms.Form):
    """To whom a hit or spike goes, and why."""

    owner = forms.ModelChoiceField(Member.objects.none(), label=_("Who takes care of it?"))
    reason = forms.CharField(label=_("Why, or what to do"), max_length=500, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args: Any, owners: list[Member], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = Member.objects.filter(pk__in=[member.pk for member in owners]).select_related("user")
        self.fields["owner"].queryset = known.order_by("user__name")  # type: ignore[attr-defined]


class KeepingForm(forms.ModelForm):  # type: ignore[type-arg]
    """How long hits are kept."""

    class Meta:
        model = Keeping
        fields = ["days"]
        help_texts = {"days": _("From 7 to 3,660. Older hits are deleted; how many there were stays, as a number.")}
