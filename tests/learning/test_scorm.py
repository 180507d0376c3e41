"""A lesson as a SCORM 1.2 package: its manifest, and its page before a real run-time of learning systems."""

import io
import threading
import zipfile
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from shutil import copy
from typing import Any
from xml.etree import ElementTree

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Page, expect

from tests.learning.test_teaching import lesson  # noqa: F401 - a fixture
from tests.servers.node import find_node, installed
from vierogen.learning.models import Lesson
from vierogen.learning.scorm import ADLCP, IMSCP, package
from vierogen.people.models import Member

# A learning system as many are built: the run-time scorm-again, which refuses what the standard does not allow.
SYSTEM = """<!DOCTYPE html><title>System</title><script src="scorm12.min.js"></script><script>
window.API = new Scorm12API({autocommit: false});
window.heard = [];
for (const name of ["LMSInitialize", "LMSSetValue", "LMSCommit", "LMSFinish"]) {
  const whole = API[name].bind(API);
  API[name] = (...told) => {
    const answer = whole(...told);
    heard.push([name, ...told, String(answer), String(API.LMSGetLastError())]);
    return answer;
  };
}
window.value = (name) => name.split(".").reduce((part, each) => part[each], API);
</script><iframe src="lesson.html" width="800" height="600"></iframe>"""


def test_the_manifest_says_what_is_in_the_package(lesson: Lesson) -> None:  # noqa: F811
    with zipfile.ZipFile(io.BytesIO(package(lesson))) as archive:
        root = ElementTree.fromstring(archive.read("imsmanifest.xml"))  # noqa: S314 - we wrote it
        names = set(archive.namelist())
    ims = {"i": IMSCP}
    assert root.tag == f"{{{IMSCP}}}manifest"
    assert root.get("identifier")
    assert [root.findtext(f"i:metadata/i:{tag}", namespaces=ims) for tag in ("schema", "schemaversion")] == [
        "ADL SCORM",
        "1.2",
    ]
    organisations = root.find("i:organizations", ims)
    assert organisations is not None
    organisation = organisations.find("i:organization", ims)
    assert organisation is not None
    assert organisations.get("default") == organisation.get("identifier")
    assert organisation.findtext("i:title", namespaces=ims) == lesson.title
    (item,) = organisation.findall("i:item", ims)
    (resource,) = root.findall("i:resources/i:resource", ims)
    assert item.get("identifierref") == resource.get("identifier")
    assert item.findtext(f"{{{ADLCP}}}masteryscore") == "100"
    assert resource.get("type") == "webcontent"
    assert resource.get(f"{{{ADLCP}}}scormtype") == "sco"
    files = {file.get("href") for file in resource.findall("i:file", ims)}
    assert resource.get("href") in files
    assert files | {"imsmanifest.xml"} == names
    order = [child.tag.rpartition("}")[2] for child in root]
    assert order == ["metadata", "organizations", "resources"]


def test_an_administrator_gets_the_package_and_nobody_else(
    lesson: Lesson,  # noqa: F811
    anna: Member,
    cora: Member,
    enter: Callable[[Member], Client],
) -> None:
    address = reverse("learning:scorm", args=[lesson.key])
    assert enter(anna).get(address).status_code == 403
    answer = enter(cora).get(address)
    assert answer["Content-Type"] == "application/zip"
    assert zipfile.is_zipfile(io.BytesIO(answer.content))


@pytest.fixture
def system(lesson: Lesson, tmp_path: Path) -> Iterator[str]:  # noqa: F811
    """A learning system with the package in a frame; gives its address."""
    with zipfile.ZipFile(io.BytesIO(package(lesson))) as archive:
        archive.extractall(tmp_path)
    (tmp_path / "system.html").write_text(SYSTEM)
    copy(installed(find_node()) / "scorm-again" / "dist" / "scorm12.min.js", tmp_path)

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(tmp_path)))
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    thread.join(timeout=10)
    server.server_close()


@pytest.mark.node
@pytest.mark.browser
def test_the_page_tells_a_real_learning_system_how_it_went(system: str, new_page: Callable[..., Page]) -> None:
    page = new_page()
    page.goto(f"{system}/system.html")
    frame = page.frame_locator("iframe")
    frame.get_by_label("The right one").first.check()
    frame.get_by_label("Any").nth(1).check()
    frame.get_by_role("button").click()
    expect(frame.get_by_text("Look again.").nth(1)).to_be_visible()
    assert kept(page) == ("incomplete", "50")
    frame.get_by_label("The right one").nth(1).check()
    frame.get_by_role("button").click()
    expect(frame.get_by_text("All right! You did this lesson.")).to_be_visible()
    page.evaluate("document.querySelector('iframe').src = 'about:blank'")
    page.wait_for_function("heard.some(([name]) => name === 'LMSFinish')")
    heard = page.evaluate("heard")
    assert [(call[-2], call[-1]) for call in heard] == [("true", "0")] * len(heard), heard
    assert (heard[0][0], heard[-1][0]) == ("LMSInitialize", "LMSFinish")
    assert kept(page) == ("passed", "100")
    (lasted,) = [call[2] for call in heard if call[1] == "cmi.core.session_time"]
    assert len(lasted.split(":")) == 3


def kept(page: Page) -> tuple[str, str]:
    """Status and score as the learning system has them."""
    return page.evaluate("value('cmi.core.lesson_status')"), str(page.evaluate("value('cmi.core.score.raw')"))


@pytest.mark.node
@pytest.mark.browser
def test_without_a_learning_system_it_can_be_done_all_the_same(system: str, new_page: Callable[..., Page]) -> None:
    page = new_page()
    page.goto(f"{system}/lesson.html")
    for place in range(2):
        page.get_by_label("The right one").nth(place).check()
    page.get_by_role("button").click()
    expect(page.get_by_text("All right! You did this lesson.")).to_be_visible()
