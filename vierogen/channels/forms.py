"""Forms about channels."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.forms.utils import ErrorList
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from vierogen.channels.custody import candidates
from vierogen.channels.models import Channel, Colour, Handover
from vierogen.core.numbers import whole
from vierogen.people.models import Member
from vierogen.web.fields import RowsField


def written(members: Iterable[int]) -> str:
    """Numbers of members, as the field ``seen`` holds them."""
    return ",".join(map(str, sorted(members)))


class KeepersField(RowsField):
    """A choice of members, by name; of who never came in it says so, for they do not count yet."""

    def label_from_instance(self, member: Any) -> str:
        """The name."""
        return gettext("%(name)s (has not come in yet)") % {"name": member.name} if member.is_awaited else member.name


class ChannelForm(forms.Form):
    """How a channel looks, who answers for it, and whether strays go by themselves."""

    colour = forms.ChoiceField(label=_("Colour"), choices=Colour.choices, widget=forms.RadioSelect)
    custodians = KeepersField(
        Member.objects.none(),
        label=_("Custodians"),
        required=False,
        help_text=_("At least two, and nobody who leaves soon: they can take the account over."),
    )
    # Whom the page knew to be custodians, so that a page from before brings nobody back.
    seen = forms.CharField(required=False, widget=forms.HiddenInput)
    knowing = forms.BooleanField(
        label=_("I know that fewer than two people answer for this account then"), required=False
    )
    automatic_take_down_after = forms.IntegerField(
        label=_("Take strays down by itself after so many seconds"),
        required=False,
        min_value=0,
        max_value=86_400,
        help_text=_("Leave empty to let a person decide. That is the usual choice."),
    )

    def __init__(self, data: object = None, *, channel: Channel) -> None:
        kept = [row.member_id for row in channel.custodians.all()]
        initial = {
            "colour": channel.colour,
            "custodians": kept,
            "seen": written(kept),
            "automatic_take_down_after": channel.automatic_take_down_after,
        }
        super().__init__(data, initial=initial)  # type: ignore[arg-type]
        members = Member.objects.filter(pk__in=[member.pk for member in candidates(channel.organisation)])
        rows = members.select_related("user", "organisation").order_by("pk")
        self.fields["custodians"].queryset = rows  # type: ignore[attr-defined]

    def clean_seen(self) -> set[int]:
        """The numbers; of what is no number, one that nobody has."""
        return {whole(each) or 0 for each in self.cleaned_data["seen"].split(",") if each}

    def wrong(self) -> list[tuple[forms.BoundField, ErrorList]]:
        """The fields that are not right yet, for the summary."""
        return [(self[name], errors) for name, errors in self.errors.items() if name in self.fields]


class HandoverForm(forms.ModelForm):  # type: ignore[type-arg] # at run time it takes none
    """What people write into the handover file."""

    class Meta:
        model = Handover
        fields = ("tone", "contacts", "rhythm", "conversations")
        help_texts = {
            "tone": _("Formal or not, humour or not, emoji or not, and what never to write."),
            "contacts": _("Colleagues who know the answer, the press officer, the company behind the account."),
            "rhythm": _("For example: the agenda on Monday morning, answers within two hours on working days."),
            "conversations": _("With whom, about what, and what was promised. Links are fine; passwords are not."),
        }
        widgets = dict.fromkeys(fields, forms.Textarea(attrs={"rows": 4}))
