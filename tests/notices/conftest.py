"""What the tests of notices share: a template that other rooms could have, and somebody to write to."""

import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from vierogen.notices import mail
from vierogen.notices.actions import Addressee
from vierogen.people.actions import addressees
from vierogen.people.models import Member

SUBJECT = "{{ account }} & co: {{ due|date:'l' }}"
BODY = "Hello {{ name }} & colleagues,\n\nLook at {{ account }}, on {{ due|date:'l' }}.\n\n{{ alarm_link }}\n"


@pytest.fixture
def template(tmp_path: Path, settings: Any) -> str:
    """A pair of templates as a room above would bring; knows ``account`` and ``due``."""
    folder = tmp_path / "templates" / "room"
    folder.mkdir(parents=True)
    (folder / "told.subject.txt").write_text(SUBJECT + "\n")
    (folder / "told.txt").write_text(BODY)
    settings.TEMPLATES = [settings.TEMPLATES[0] | {"DIRS": [folder.parent]}]
    return "room/told"


@pytest.fixture
def as_addressee() -> Callable[[Member], Addressee]:
    """A member as an address."""
    return lambda member: addressees([member])[0]


@pytest.fixture(autouse=True)
def no_line_left_open() -> Iterator[None]:
    """Each test has a mail server of its own."""
    yield
    mail.hang_up()


@pytest.fixture
def nobody_listens() -> Iterator[int]:
    """A port that is taken and refuses every connection."""
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        yield int(silent.getsockname()[1])
