"""Forms about channels."""

from django import forms
from django.forms.utils import ErrorList
from django.utils.translation import gettext_lazy as _

from vierogen.channels.custody import candidates
from vierogen.channels.models import Channel, Colour, Handover
from vierogen.people.models import Member
from vierogen.web.fields import RowsField


class ChannelForm(forms.Form):
    """How a channel looks, who answers for it, and whether strays go by themselves."""

    colour = forms.ChoiceField(label=_("Colour"), choices=Colour.choices, widget=forms.RadioSelect)
    custodians = RowsField(
        Member.objects.none(),
        label=_("Custodians"),
        required=False,
        help_text=_("At least two, and nobody who leaves soon: they can take the account over."),
    )
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
        initial = {
            "colour": channel.colour,
            "custodians": [row.member_id for row in channel.custodians.all()],
            "automatic_take_down_after": channel.automatic_take_down_after,
        }
        super().__init__(data, initial=initial)  # type: ignore[arg-type]
        members = Member.objects.filter(pk__in=[member.pk for member in candidates(channel.organisation)])
        rows = members.select_related("user", "organisation").order_by("pk")
        self.fields["custodians"].queryset = rows  # type: ignore[attr-defined]

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
