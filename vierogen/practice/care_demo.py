"""What the demo shows of an account in good hands: an exercise of its takeover, declarations, a handover file."""

from datetime import timedelta

from django.utils import timezone

from vierogen.channels.handover import refresh
from vierogen.channels.hygiene import declare, declare_phone
from vierogen.channels.models import Channel, Takeover
from vierogen.people.models import Member
from vierogen.vault import taking_over

# How long the exercise took.
TOOK = timedelta(minutes=17)
# (question, whether it is so, the note); what is missing is the next best step.
DECLARED = (
    ("mfa", True, ""),
    ("mailbox", True, "social@voorbeeld.example, gelezen door Communicatie."),
    ("shared", True, "Drie mensen beantwoorden om beurten vragen. De gemeentesecretaris ging akkoord."),
    ("device", False, "Dirk heeft de app nog op zijn eigen telefoon."),
)
WRITTEN = {
    "tone": "We zeggen je en jullie, schrijven kort, en maken geen grapjes over storingen.",
    "contacts": "Klantcontactcentrum (14 012), de omgevingsdienst, en de wijkagent voor het Plein.",
    "rhythm": "Maandag het werk aan de weg, donderdag de agenda van het weekend. 's Avonds alleen bij spoed.",
    "conversations": "Bewoners van de Stationsweg vragen naar de bus. Het antwoord staat in het bericht van maandag.",
}


def look_after(channel: Channel, *, by: Member, also: Member) -> None:
    """As ``by`` and ``also``, who answer for it, would have left it."""
    for key, is_so, note in DECLARED:
        declare(channel, key, is_so=is_so, note=note, by=by)
    declare_phone(channel, is_on=False, by=by)
    declare_phone(channel, is_on=True, by=also)
    refresh(channel, by=by, **WRITTEN)
    _practise(channel, by=also)


def _practise(channel: Channel, *, by: Member) -> None:
    exercise = taking_over.begin(channel, by=by, is_drill=True)
    # Else it would have taken no time at all.
    Takeover.objects.filter(pk=exercise.pk).update(begun_at=timezone.now() - TOOK)
    while step := taking_over.current(exercise):
        taking_over.do(step, by=by)
