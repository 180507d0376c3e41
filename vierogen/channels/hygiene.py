"""How well an account is looked after: what its custodians declare each year, a score, and the next best step."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from vierogen.channels.custody import Custody
from vierogen.channels.models import AppOnPhone, Channel, Custodian, Declared
from vierogen.ledger.actions import record
from vierogen.ledger.moves import subject_of
from vierogen.people.actions import insist
from vierogen.people.models import Member
from vierogen.people.roles import Right

PHONE = "phone"


@dataclass(frozen=True)
class Question:
    """Something that is to be so: ``why`` it matters and ``next`` what to do are translatable English.

    ``asks`` says what the note is for; with ``needs_note`` it cannot be left empty.
    """

    key: str
    title: str
    why: str
    next: str
    asks: str = gettext_noop("Remarks")
    needs_note: bool = False


# The most urgent first: the first that is not so is the next best step.
QUESTIONS = (
    Question(
        "mfa",
        gettext_noop("Logging in asks for a second proof"),
        gettext_noop("A password alone is guessed or leaked sooner or later."),
        gettext_noop("Switch on codes of an app at the network, and put their key into the vault."),
    ),
    Question(
        "mailbox",
        gettext_noop("The account has a mailbox of its own"),
        gettext_noop("Whoever reads the recovery mail owns the account. That should be nobody's own address."),
        gettext_noop("Ask for a shared mailbox, and make it the account's e-mail address."),
    ),
    Question(
        "shared",
        gettext_noop("It is known why people share this account, and who agreed"),
        gettext_noop("Auditors ask for it, and so does whoever comes after you."),
        gettext_noop("Write down the reason, and who agreed to it."),
        asks=gettext_noop("Why do people share it, and who agreed?"),
        needs_note=True,
    ),
    Question(
        "device",
        gettext_noop("It is used on devices of the organisation only"),
        gettext_noop("A lost phone of somebody's own cannot be wiped."),
        gettext_noop("Log out on people's own devices, and use those of the organisation."),
        asks=gettext_noop("Which devices?"),
    ),
    Question(
        "old_accounts",
        gettext_noop("Old accounts of the organisation there are closed"),
        gettext_noop("Nobody watches a forgotten account, and people still believe it."),
        gettext_noop("Close what is not used any more, or connect it here so that it is watched."),
        asks=gettext_noop("Which old accounts are there, and what became of them?"),
        needs_note=True,
    ),
)


@dataclass(frozen=True)
class Line:
    """A question with what was declared of it. ``look``: ok, look (not so, or lapsed) or off (never asked)."""

    question: Question
    declared: Declared | None

    @property
    def is_well(self) -> bool:
        """Is it so, and declared less than a year ago?"""
        return self.declared is not None and self.declared.is_so and self.declared.is_current

    @property
    def has_lapsed(self) -> bool:
        """Was it declared more than a year ago?"""
        return self.declared is not None and not self.declared.is_current


@dataclass(frozen=True)
class Care:
    """Everything about one account. ``phones`` are answers of the ``keepers``, ``silent`` are those who gave none."""

    lines: tuple[Line, ...]
    phones: tuple[AppOnPhone, ...]
    silent: tuple[Member, ...]
    keepers: tuple[Member, ...]

    @property
    def score(self) -> int:
        """How many are well, of ``total``."""
        return sum(line.is_well for line in self.lines) + (not self.silent)

    @property
    def total(self) -> int:
        """How many there are: the questions, and everybody's phones."""
        return len(self.lines) + 1

    @property
    def was_asked(self) -> bool:
        """Did anybody ever answer one of the questions?"""
        return any(line.declared for line in self.lines)

    def next_step(self) -> str:
        """The next best thing to do, in words; "" where all is well."""
        for line in self.lines:
            if not line.is_well:
                return _("Declare it anew.") if line.has_lapsed and _was_so(line) else _(line.question.next)
        if self.silent:
            names = ", ".join(member.name for member in self.silent)
            return _("Ask who has the app on a phone: %(names)s.") % {"names": names}
        return ""


def _was_so(line: Line) -> bool:
    return line.declared is not None and line.declared.is_so


def care_of(channel: Channel) -> Care:
    """How this account is looked after."""
    return cares([channel], channel.custodians.able().with_members())[channel.pk]


def cares(channels: Iterable[Channel], kept: Iterable[Custodian]) -> dict[int, Care]:
    """The same for several, in two queries; ``kept`` are their custodians, with members, users and organisations."""
    rows = list(channels)
    declared = {
        (row.channel_id, row.key): row for row in Declared.objects.filter(channel__in=rows).select_related("by__user")
    }
    phones = list(AppOnPhone.objects.filter(channel__in=rows).select_related("member__user", "member__organisation"))
    held: dict[int, list[Custodian]] = {channel.pk: [] for channel in rows}
    for row in kept:
        held[row.channel_id].append(row)
    return {row.pk: _care(row, declared, phones, Custody.of(held[row.pk]).keepers) for row in rows}


def _care(
    channel: Channel, declared: dict[tuple[int, str], Declared], phones: list[AppOnPhone], keepers: tuple[Member, ...]
) -> Care:
    mine = tuple(row for row in phones if row.channel_id == channel.pk and row.member.is_current)
    said = {row.member_id for row in mine if row.is_current}
    lines = tuple(Line(question, declared.get((channel.pk, question.key))) for question in QUESTIONS)
    return Care(lines, mine, tuple(member for member in keepers if member.pk not in said), keepers)


@transaction.atomic
def declare(channel: Channel, key: str, *, is_so: bool, note: str, by: Member) -> None:
    """Say whether it is so; holds for a year. Raises ``ValidationError`` where the note says too little."""
    insist(by, Right.CONNECT, organisation_id=channel.organisation_id)
    question = next(each for each in QUESTIONS if each.key == key)
    told = note.strip()
    if is_so and question.needs_note and not told:
        raise ValidationError(_("Write this down: %(asks)s") % {"asks": _(question.asks)})
    values = {"is_so": is_so, "note": told, "by": by, "at": timezone.now()}
    Declared.objects.update_or_create(channel=channel, key=key, defaults=values)
    record(channel.organisation_id, "declare", subject_of(channel), by=by, facts={"key": key, "is_so": is_so})


@transaction.atomic
def declare_phone(channel: Channel, *, is_on: bool, by: Member) -> None:
    """Say whether the app, logged in to this account, is on one's phone; everybody for themselves."""
    insist(by, Right.SEE, organisation_id=channel.organisation_id)
    values = {"is_on": is_on, "at": timezone.now()}
    AppOnPhone.objects.update_or_create(channel=channel, member=by, defaults=values)
    record(channel.organisation_id, "declare_phone", subject_of(channel), by=by, facts={"is_on": is_on})


def phones_of_leavers(channel: Channel) -> list[AppOnPhone]:
    """Where the app still is on a phone of somebody who left, who cannot say any more that it is not."""
    rows = channel.phones.filter(is_on=True).select_related("member__user", "member__organisation").order_by("pk")
    return [row for row in rows if not row.member.is_current]


@transaction.atomic
def end_phone(phone: AppOnPhone, *, by: Member) -> None:
    """Say that the account is logged out on the phone of somebody who left; whoever is here says it for themselves."""
    channel = phone.channel
    insist(by, Right.CONNECT, organisation_id=channel.organisation_id)
    if phone.member.is_current:
        raise ValidationError(_("%(name)s has to say this.") % {"name": phone.member.name})
    if AppOnPhone.objects.filter(pk=phone.pk, is_on=True).update(is_on=False, at=timezone.now()):
        facts = {"is_on": False, "member": phone.member.actor}
        record(channel.organisation_id, "declare_phone", subject_of(channel), by=by, facts=facts)
