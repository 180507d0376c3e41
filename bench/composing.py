"""What stands around a text while it is typed: how long the server takes for it, checks and previews and all."""

import time

from django.test import Client
from django.urls import reverse

from bench.amounts import Amounts
from bench.checks import SETS, read
from bench.house import House
from bench.results import Results


def pauses(house: House, amounts: Amounts, results: Results) -> None:
    """Milliseconds of one answer at a pause while typing; half of the posts have something to be found."""
    browser = Client(SERVER_NAME="127.0.0.1")
    browser.force_login(house.anna.user, backend="django.contrib.auth.backends.ModelBackend")
    where, channel = reverse("posts:check"), house.channels["practice"]
    posts = read(SETS / "tuning.json")[: amounts.typed]
    # The first answer loads what all others use.
    for number, post in enumerate([posts[0], *posts]):
        began = time.perf_counter()
        answer = browser.post(where, {"text": post.text, "channels": [channel.pk], "language": "nl"})
        taken = (time.perf_counter() - began) * 1000
        if answer.status_code != 200 or b'id="noticed"' not in answer.content:
            results.notes.append(f"a text that is typed was answered with {answer.status_code}")
        if number:
            results.add("typing", taken)
