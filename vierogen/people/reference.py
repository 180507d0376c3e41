"""Writes the reference page of roles and rights, docs/reference/rights.md."""

import sys
from pathlib import Path

import django
from django.utils.translation import override

from vierogen.people.roles import as_table

_HEAD = """\
# Roles and rights

Written by `python -m vierogen.people.reference docs/reference/rights.md`, with `DJANGO_SETTINGS_MODULE` set to
`vierogen.config.settings`; a test compares.

A member can hold several roles, and may then do everything that one of them allows. A trainee holds no other role.
No role allows to approve one's own work. Each page declares the right that it needs; a test opens every page as
every role.

"""


def page() -> str:
    """The whole page as Markdown."""
    with override("en"):
        return _HEAD + as_table()


def main() -> None:
    """Write the page to the file named on the command line."""
    django.setup()
    Path(sys.argv[1]).write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
