"""Roles and rights, in one table. Documented in docs/reference/rights.md, which a test compares."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """A place in an organisation; a member can hold several."""

    TRAINEE = "trainee", _("Trainee")
    WRITER = "writer", _("Writer")
    REVIEWER = "reviewer", _("Reviewer")
    DUTY_OFFICER = "duty_officer", _("Duty officer")
    CUSTODIAN = "custodian", _("Custodian")
    PRIVACY_OFFICER = "privacy_officer", _("Privacy officer")
    ADMINISTRATOR = "administrator", _("Administrator")
    AUDITOR = "auditor", _("Auditor")

    @property
    def does(self) -> str:
        """What somebody with this role does, in a few plain words."""
        return str(_DOES[self.value])


_DOES = {
    "trainee": _("writes drafts, until a last day"),
    "writer": _("writes posts and offers them for review"),
    "reviewer": _("is the second pair of eyes"),
    "duty_officer": _("is called when something goes wrong"),
    "custodian": _("connects accounts and answers for them"),
    "privacy_officer": _("may look at sealed evidence"),
    "administrator": _("looks after people and settings"),
    "auditor": _("reads everything but sealed evidence, changes nothing"),
}


class Right(models.TextChoices):
    """One thing that a member may do."""

    SEE = "see", _("See posts, channels and the watch")
    WRITE = "write", _("Write and change drafts, and offer them for review")
    STOP = "stop", _("Stop a post in cooling-off, and stop everything")
    REVIEW = "review", _("Approve or ask for changes (never of one's own work)")
    RELEASE = "release", _("Release held posts and lift a stop")
    DECIDE = "decide", _("Decide what happened to an uncertain delivery")
    EMERGENCY = "emergency", _("Publish through the emergency path")
    TAKE_DOWN = "take_down", _("Take posts down from the network")
    ANSWER_ALARM = "answer_alarm", _("Acknowledge alarms, adopt strays, open incidents")
    READ_INCIDENTS = "read_incidents", _("Read incidents and alarms")
    OPEN_EVIDENCE = "open_evidence", _("Open sealed evidence, with a reason")
    LISTEN = "listen", _("Make alerts, choose sources, and judge what was found")
    PERMIT_PERSON = "permit_person", _("Permit an alert about a person, with a reason")
    CONNECT = "connect", _("Connect channels and look after their credentials")
    SEE_VAULT = "see_vault", _("See which secrets are kept, and who has seen them")
    REVEAL = "reveal", _("See a secret of an account that one is custodian of, with a reason")
    BREAK_GLASS = "break_glass", _("See any secret in an emergency: after a delay, announced, and reviewed")
    EXPORT_KEYS = "export_keys", _("Ask for the sealed export of all secrets (a custodian has to agree)")
    MANAGE_PEOPLE = "manage_people", _("Invite people, give roles and end memberships")
    MANAGE_ORGANISATION = "manage_organisation", _("Change the organisation's settings")
    READ_LEDGER = "read_ledger", _("Read and verify the ledger")


_TEAM = {Right.SEE, Right.STOP}
_COLLEAGUE = _TEAM | {Right.LISTEN}

RIGHTS: dict[Role, frozenset[Right]] = {
    Role.TRAINEE: frozenset(_TEAM | {Right.WRITE}),
    Role.WRITER: frozenset(_COLLEAGUE | {Right.WRITE}),
    Role.REVIEWER: frozenset(_COLLEAGUE | {Right.WRITE, Right.REVIEW, Right.RELEASE}),
    Role.DUTY_OFFICER: frozenset(
        _COLLEAGUE
        | {
            Right.RELEASE,
            Right.DECIDE,
            Right.EMERGENCY,
            Right.TAKE_DOWN,
            Right.ANSWER_ALARM,
            Right.READ_INCIDENTS,
            Right.OPEN_EVIDENCE,
            Right.SEE_VAULT,
            Right.BREAK_GLASS,
        }
    ),
    # Administrators may put secrets in; only custodians take them out.
    Role.CUSTODIAN: frozenset(_COLLEAGUE | {Right.CONNECT, Right.SEE_VAULT, Right.REVEAL, Right.BREAK_GLASS}),
    Role.PRIVACY_OFFICER: frozenset(
        _COLLEAGUE
        | {Right.READ_INCIDENTS, Right.OPEN_EVIDENCE, Right.READ_LEDGER, Right.PERMIT_PERSON, Right.SEE_VAULT}
    ),
    Role.ADMINISTRATOR: frozenset(
        _COLLEAGUE
        | {
            Right.CONNECT,
            Right.SEE_VAULT,
            Right.BREAK_GLASS,
            Right.EXPORT_KEYS,
            Right.MANAGE_PEOPLE,
            Right.MANAGE_ORGANISATION,
            Right.READ_INCIDENTS,
            Right.READ_LEDGER,
        }
    ),
    Role.AUDITOR: frozenset({Right.SEE, Right.READ_INCIDENTS, Right.READ_LEDGER, Right.SEE_VAULT}),
}

# What no trainee may ever do, whatever other role somebody gives them by mistake.
NEVER_FOR_TRAINEES = frozenset(Right) - RIGHTS[Role.TRAINEE]


def rights_of(roles: set[str]) -> frozenset[Right]:
    """Everything that somebody with these roles may do."""
    granted = frozenset(right for role in roles for right in RIGHTS[Role(role)])
    return granted - NEVER_FOR_TRAINEES if Role.TRAINEE in roles else granted


def roles_with(right: Right) -> list[Role]:
    """The roles that carry ``right``."""
    return [role for role, rights in RIGHTS.items() if right in rights]


def as_table() -> str:
    """The table of rights as Markdown, for the reference page."""
    head = "| right | " + " | ".join(role.value.replace("_", " ") for role in Role) + " |"
    lines = [head, "|---" * (len(Role) + 1) + "|"]
    for right in Right:
        marks = " | ".join("yes" if right in RIGHTS[role] else "" for role in Role)
        lines.append(f"| `{right.value}`: {right.label} | {marks} |")
    return "\n".join(lines) + "\n"
