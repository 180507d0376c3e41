"""The sealed export for the safe: every secret in one age file for at least two people, and back from it.

It stands alone: whoever holds one of the identities needs neither this program, nor the database, nor the key.
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyrage
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from vierogen.channels.models import Channel
from vierogen.core import sealing
from vierogen.ledger.actions import Actor, Machine, record
from vierogen.ledger.moves import subject_of
from vierogen.people.models import Organisation
from vierogen.vault.actions import credentials_of, keyring, seal
from vierogen.vault.keeping import opened_value, put
from vierogen.vault.models import Field, Kept, Secret
from vierogen.web.paper import Chapter, Paper, printed

CONSOLE = Machine("console")
FORMAT, VERSION = "vierogen sealed export", 1
# One alone could lose it, or look into it unseen.
FEWEST = 2
LANGUAGES = ("nl", "en")


@dataclass(frozen=True)
class Restored:
    """What came back: how many accounts, credentials of connectors, and secrets for people."""

    accounts: int
    credentials: int
    secrets: int


def checked(recipients: Iterable[str]) -> list[str]:
    """The age recipients (``age1…``), each once. Raises ``ValidationError`` for too few, the same twice, or no key."""
    told = [recipient.strip() for recipient in recipients if recipient.strip()]
    for recipient in told:
        try:
            pyrage.x25519.Recipient.from_str(recipient)
        except pyrage.RecipientError as error:
            wrong = _("“%(key)s” is no public key of age. It begins with age1, and age-keygen shows it.")
            raise ValidationError(wrong % {"key": recipient[:80]}) from error
    if len({recipient.lower() for recipient in told}) < len(told):
        raise ValidationError(_("The same key stands there twice. Take the keys of two different people."))
    if len(told) < FEWEST:
        raise ValidationError(_("At least two people have to be able to open it. Fill in the keys of both."))
    return told


def export(organisations: Sequence[Organisation], *, to: Sequence[str], by: Actor, with_keys: bool) -> bytes:
    """Everything in the vault of ``organisations`` as an age file; written down in the ledger before it exists.

    ``with_keys`` puts the key-encryption keys in: they open every organisation's secrets, so only an export of all may.
    Raises ``ValidationError`` for recipients, ``SealError`` where something does not open.
    """
    recipients = checked(to)
    told = _contents(organisations, with_keys=with_keys)
    plain = json.dumps(told, indent=2, ensure_ascii=False).encode()
    sealed: bytes = pyrage.encrypt(plain, [pyrage.x25519.Recipient.from_str(one) for one in recipients], armored=True)
    with transaction.atomic():
        for organisation in organisations:
            facts = {"sha256": hashlib.sha256(sealed).hexdigest(), "recipients": recipients, "with_keys": with_keys}
            record(organisation.pk, "export_secrets", subject_of(organisation), by=by, facts=facts)
    return sealed


def _contents(organisations: Iterable[Organisation], *, with_keys: bool) -> dict[str, Any]:
    current, keys = keyring()
    others = [key for key in keys.values() if key.id != current.id]
    return {
        "format": FORMAT,
        "version": VERSION,
        "made_at": timezone.now().isoformat(),
        # The one in use first.
        "keys": [{"id": key.id, "key": key.material.hex()} for key in [current, *others]] if with_keys else [],
        "organisations": [
            {
                "name": organisation.name,
                "accounts": [_account(channel) for channel in _official(organisation)],
            }
            for organisation in organisations
        ],
    }


def _official(organisation: Organisation) -> Iterable[Channel]:
    return Channel.objects.official().filter(organisation=organisation).select_related("organisation")


_COLUMNS = ("network_key", "server", "realm", "account_id", "handle", "name", "colour", "may_delete")


def _account(channel: Channel) -> dict[str, Any]:
    secrets = Kept.objects.filled().filter(channel=channel).select_related("channel").order_by("pk")
    return {
        **{name: getattr(channel, name) for name in _COLUMNS},
        "credentials": credentials_of(channel),
        "secrets": {kept.field: {"value": opened_value(kept), "needs_second": kept.needs_second} for kept in secrets},
    }


def read(data: bytes, *, identities: Sequence[str]) -> dict[str, Any]:
    """What is in an export, with one of the identities (``AGE-SECRET-KEY-1…``). Raises ``ValidationError``."""
    try:
        keys = [pyrage.x25519.Identity.from_str(one) for one in identities]
        told = json.loads(pyrage.decrypt(data, keys))
    except (pyrage.IdentityError, pyrage.DecryptError, ValueError) as error:
        raise ValidationError(_("This identity does not open this file. Nothing was changed.")) from error
    if not isinstance(told, dict) or told.get("format") != FORMAT or told.get("version") != VERSION:
        raise ValidationError(_("This is no sealed export that this version knows. Nothing was changed."))
    return told


def identities_in(text: str) -> list[str]:
    """The identities in a file as ``age-keygen`` writes it."""
    return [line.strip() for line in text.splitlines() if line.strip().startswith("AGE-SECRET-KEY-1")]


@transaction.atomic
def restore(told: dict[str, Any], *, by: Actor = CONSOLE) -> Restored:
    """Make the accounts of an export anew, with all that is secret, sealed with this installation's own key.

    Only where there are organisations and no accounts yet. Raises ``ValidationError``; then nothing was changed.
    """
    if Channel.objects.official().exists() or Secret.objects.exists() or Kept.objects.exists():
        raise ValidationError(_("This installation has accounts and secrets of its own. Nothing was changed."))
    pairs = [(_home_of(one, told), one) for one in told["organisations"]]
    accounts = credentials = secrets = 0
    for organisation, exported in pairs:
        for account in exported["accounts"]:
            _take_back(organisation, account)
            accounts += 1
            credentials += len(account["credentials"])
            secrets += len(account["secrets"])
        facts = {"accounts": len(exported["accounts"]), "made_at": told["made_at"]}
        record(organisation.pk, "restore_secrets", subject_of(organisation), by=by, facts=facts)
    return Restored(accounts, credentials, secrets)


def _home_of(exported: dict[str, Any], told: dict[str, Any]) -> Organisation:
    """The organisation here: the one of that name, or the only one where only one was exported."""
    here = list(Organisation.objects.all())
    named = [organisation for organisation in here if organisation.name == exported["name"]]
    if len(named) == 1:
        return named[0]
    if len(here) == 1 and len(told["organisations"]) == 1:
        return here[0]
    raise ValidationError(
        _("There is no organisation called “%(name)s” here. Set it up first, at the address that vierogen init shows.")
        % {"name": exported["name"]}
    )


def _take_back(organisation: Organisation, account: dict[str, Any]) -> None:
    channel = Channel.objects.create(organisation=organisation, **{name: account[name] for name in _COLUMNS})
    if account["credentials"]:
        seal(channel, account["credentials"])
    for field, secret in account["secrets"].items():
        kept = Kept(channel=channel, field=Field(field), version=0, needs_second=secret["needs_second"])
        put(kept, secret["value"], by=None)
        kept.save()


def restore_key_files(told: dict[str, Any]) -> list[str]:
    """Write the keys of an export to where a database backup needs them; returns their ids. Overwrites nothing."""
    path = Path(settings.KEY_FILE)
    if path.exists():
        raise ValidationError(_("There is a key file already. Nothing was changed."))
    if not told["keys"]:
        raise ValidationError(_("This export holds no keys: it was made on a page, for one organisation."))
    path.parent.mkdir(parents=True, exist_ok=True)
    first, *others = told["keys"]
    for key in others:
        sealing.write_key_file(path.with_name(f"{path.name}{sealing.OLD}{key['id']}"), bytes.fromhex(key["key"]))
    # The one in use last: until it is there, this can be done again.
    sealing.write_key_file(path, bytes.fromhex(first["key"]))
    return [key["id"] for key in told["keys"]]


def instructions(name: str, *, language: str) -> bytes:
    """A page to print and lay beside the file ``name``: what it is, and how it is opened without this program."""
    with translation.override(language):
        title = _("Sealed export of the vault")
        under = _("Lay this page in the safe, beside the file. It says nothing secret.")
        chapters = [_what_it_is(name), _without_us(name), _back_again(name), _afterwards()]
        return printed(Paper(title=title, under=under, chapters=chapters))


def _what_it_is(name: str) -> Chapter:
    text = [
        _("The file %(name)s holds all passwords, codes and keys of the official accounts.") % {"name": name},
        _("Two or more people can open it, each with their own identity. Nobody else can."),
    ]
    return Chapter(_("What it is"), text=text)


def _without_us(name: str) -> Chapter:
    lines = [
        _("Take a computer that is safe and not connected to the internet."),
        _("Install the program age, version 1 or newer."),
        _("Type: %(command)s") % {"command": f"age --decrypt --identity identity.txt {name}"},
        _("Each account stands there with its password, codes and notes, in plain letters."),
    ]
    return Chapter(_("To open it without Vierogen"), lines=lines)


def _back_again(name: str) -> Chapter:
    lines = [
        _("Type: %(command)s") % {"command": "vierogen init"},
        _("Open the address that it shows, and set up the organisation with two people."),
        _("Type: %(command)s") % {"command": f"vierogen restore-keys {name} --identity identity.txt"},
        _("Choose the custodians of each account, on its page."),
    ]
    return Chapter(_("To put everything back into a new installation"), lines=lines)


def _afterwards() -> Chapter:
    lines = [
        _("Delete what you opened, and empty the computer's bin."),
        _("Change each password that somebody saw, at the network itself."),
        _("Make a new export when passwords or people change, and destroy this one."),
    ]
    return Chapter(_("Afterwards"), lines=lines)
