"""Somebody leaves who answers for fifty channels: how long the page and the printed report take."""

import time
from collections.abc import Callable
from secrets import token_urlsafe

from django.db import transaction
from django.test import Client
from django.urls import reverse

from bench.amounts import Amounts
from bench.house import SETUP
from bench.results import Results
from vierogen.channels.actions import entrust
from vierogen.channels.models import Channel
from vierogen.people import departing
from vierogen.people.actions import found, join
from vierogen.people.models import Departure, Member, Organisation, User
from vierogen.people.report import report_of
from vierogen.people.roles import Role
from vierogen.posts.actions.writing import Content, begin
from vierogen.web.paper import printed

CHANNELS = 50


def departures(amounts: Amounts, results: Results) -> None:
    """Milliseconds of the page, and of the report as PDF, with a draft for each channel. Nothing of it stays."""
    with transaction.atomic():
        cora, departure = _departure()
        browser = Client(SERVER_NAME="127.0.0.1")
        browser.force_login(cora.user, backend="django.contrib.auth.backends.ModelBackend")
        page = reverse("people:departure", args=[departure.pk])
        for number in range(amounts.departures + 1):
            taken = _milliseconds(lambda: _look(browser, page, results))
            printing = _milliseconds(lambda: printed(report_of(departure)))
            if number:  # the first loads what all others use
                results.add("leaving.page", taken)
                results.add("leaving.report", printing)
        transaction.set_rollback(True)


def _departure() -> tuple[Member, Departure]:
    organisation = found("Vertrek", by=SETUP)
    cora, nora, sem = (_join(organisation, name) for name in ("Cora", "Nora", "Sem"))
    for number in range(CHANNELS):
        channel = Channel.objects.create(
            organisation=organisation,
            network_key="mastodon",
            server="https://social.example",
            realm="social.example",
            account_id=f"leaving-{number}",
            handle=f"@kanaal{number}",
            name=f"Kanaal {number}",
        )
        entrust(channel, to=[cora, nora, sem], by=cora)
        begin(organisation, Content(f"Het loket aan weg {number} is maandag dicht.", (channel,)), by=nora)
    return cora, departing.begin(nora, last_day=None, by=cora)


def _join(organisation: Organisation, name: str) -> Member:
    user = User.objects.create_user(f"{name}@vertrek.example".lower(), token_urlsafe(), name=name)
    return join(organisation, user, roles=[Role.ADMINISTRATOR, Role.CUSTODIAN, Role.WRITER], by=SETUP)


def _look(browser: Client, page: str, results: Results) -> None:
    answer = browser.get(page)
    if answer.content.count(b'name="subject"') != 2 * CHANNELS:
        results.notes.append(
            f"the departure of somebody with {CHANNELS} channels was answered with {answer.status_code}"
        )


def _milliseconds(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return (time.perf_counter() - began) * 1000
