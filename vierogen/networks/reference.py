"""Writes the reference page of all networks, docs/reference/networks.md."""

import sys
from pathlib import Path

from vierogen.core.plugins import found_in
from vierogen.networks.abilities import Allows, Authorises, Charges, LooksUp, Paced, Refreshes
from vierogen.networks.base import Deletes, Network, Streams
from vierogen.networks.replaying import proof_for

_HEAD = """\
# Networks

Written by `python -m vierogen.networks.reference docs/reference/networks.md`; a test compares.

*Pushed*: the network tells of the account's own posts as they happen. Vierogen looks every so many seconds as
well, and only so where nothing is pushed. *Takes down*: Vierogen can remove a post there. *Refuses doubles*: the
network itself refuses a second post under the same key, so sending again after a lost answer is safe. *Verified on*:
a real server in the project's own tests, or the day of a recording with a real account (`vierogen record`); a network
that is *not yet* verified was only ever simulated.

| network | key | longest text | pictures | longest alt text | pushed | looks every | takes down \
| refuses doubles | verified on |
|---|---|---|---|---|---|---|---|---|---|
"""
_FORMS = """
## Forms, films and log-in

*Films*: how many a post can have, and for how many seconds. *Log-in*: an account is connected by logging in at the
network. *Renewed*: its key ends by itself, and Vierogen gets a new one before. *Counted*: calls are limited by the day.
*Room*: the network says how much may still be published. *Paid*: it asks money for a post.
*Mentions*: it says, at no cost, whether an account exists.

| network | forms | needs a picture | films | log-in | renewed | counted | room | paid | mentions |
|---|---|---|---|---|---|---|---|---|---|
"""
_BY_HAND = """
## Removing by hand

"""
_BLIND = """
## What the watch never sees

"""
_FIELDS = """
## What a person fills in

| network | field | what is said beside it | |
|---|---|---|---|
"""


def page() -> str:
    """The whole page as Markdown, the networks in the order of their names."""
    found = found_in("vierogen.networks", Network)  # type: ignore[type-abstract]
    networks = sorted(found.values(), key=lambda network: network.name)
    blind = [f"- **{network.name}**: {network.blind_to}\n" for network in networks if network.blind_to]
    by_hand = [
        f"- **{network.name}**, {kind}: {' '.join(screens) % {'handle': 'the account'}}\n"
        for network in networks
        for kind, screens in network.by_hand.items()
    ]
    parts = [_HEAD, *map(_row, networks), _FORMS, *map(_forms, networks), _FIELDS, *map(_fields, networks)]
    return "".join([*parts, *([_BY_HAND, *by_hand] if by_hand else []), _BLIND, *blind])


def _row(network: type[Network]) -> str:
    alt = network.alt_limit if network.picture_limit else "-"
    return _line(
        network.name,
        f"`{network.key}`",
        network.text_limit,
        network.picture_limit,
        alt,
        _yes(issubclass(network, Streams)),
        f"{network.poll_every:g} s",
        _yes(issubclass(network, Deletes)),
        _yes(network.repeat_is_safe),
        _verified_on(network),
    )


def _forms(network: type[Network]) -> str:
    films = f"{network.film_limit} of {network.film_seconds:g} s" if network.film_limit else "-"
    abilities = (Authorises, Refreshes, Paced, Allows, Charges, LooksUp)
    return _line(
        network.name,
        ", ".join(network.formats),
        _yes(network.needs_picture),
        films,
        *(_yes(issubclass(network, ability)) for ability in abilities),
    )


def _verified_on(network: type[Network]) -> str:
    """As far as everybody knows who has this page: by the recordings that are part of Vierogen."""
    proof = proof_for(network)
    return (proof.at or "a real server") if proof else "not yet"


def _fields(network: type[Network]) -> str:
    kinds = {True: "sealed in the vault", False: ""}
    return "".join(_line(network.name, field.label, field.help, kinds[field.secret]) for field in network.fields)


def _line(*cells: object) -> str:
    return "| " + " | ".join(str(cell).replace("|", "\\|") for cell in cells) + " |\n"


def _yes(true: object) -> str:
    return "yes" if true else "no"


def main() -> None:
    """Write the page to the file named on the command line."""
    Path(sys.argv[1]).write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
