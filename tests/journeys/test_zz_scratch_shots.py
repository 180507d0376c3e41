"""scratch"""
import os, sys, pathlib
import pytest
from tests.journeys.busy_day import Team, begin
from tests.plugins.house import *

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

def test_shots(transactional_db, live_server, settings, new_page, practice, anna, ben, cora, dirk, client):
    settings.PUBLIC_URL = live_server.url
    settings.PRACTICE_URL = practice.url
    day = begin(practice, Team(anna, ben, cora, dirk))
    out = pathlib.Path("/tmp/shots"); out.mkdir(exist_ok=True)
    from importlib import import_module
    ns = {}
    exec(pathlib.Path("/tmp/shot_list.py").read_text(), ns)
    only = os.environ.get("ONLY", "").split(",") if os.environ.get("ONLY") else None
    scheme = os.environ.get("SCHEME", "light")
    for who in ("anna", "ben", "cora", "dirk"):
        client.logout(); client.force_login(getattr(day.team, who).user, backend="django.contrib.auth.backends.ModelBackend")
        cookie = client.cookies["sessionid"].value
        for w in (390, 1280):
            page = None
            for name, person, url, act in ns["pages"](day):
                if person != who or (only and name not in only): continue
                if page is None:
                    page = new_page(viewport={"width": w, "height": 844 if w == 390 else 900}, color_scheme=scheme)
                    page.context.add_cookies([{"name": "sessionid", "value": cookie, "url": live_server.url}])
                page.goto(live_server.url + url)
                if act: act(page)
                page.wait_for_timeout(200)
                page.screenshot(path=out / f"{name}-{w}.png", full_page=os.environ.get("FULL", "1") == "1")
