"""A lesson as a SCORM 1.2 package, for the organisation's own learning system.

ADL, "SCORM Version 1.2: Content Aggregation Model" (the manifest) and "Run-Time Environment" (what the page says to
the learning system): one page that finds the API, says what was answered, and whether it was passed.
"""

import io
import json
import zipfile
from pathlib import Path
from xml.etree import ElementTree

from django.template.loader import render_to_string
from django.utils import timezone, translation

from vierogen.learning.models import Lesson

IMSCP = "http://www.imsproject.org/xsd/imscp_rootv1p1p2"
ADLCP = "http://www.adlnet.org/xsd/adlcp_rootv1p2"
PAGE, SCRIPT = "lesson.html", "lesson.js"
_FOLDER = Path(__file__).with_name("static") / "learning"


def package(lesson: Lesson) -> bytes:
    """The zip of a lesson, with ``imsmanifest.xml`` at its root."""
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("imsmanifest.xml", manifest(lesson))
        archive.writestr(PAGE, _page(lesson))
        archive.writestr(SCRIPT, (_FOLDER / "sco.js").read_bytes())
    return kept.getvalue()


def manifest(lesson: Lesson) -> bytes:
    """What is in the package, for the learning system."""
    ElementTree.register_namespace("", IMSCP)
    ElementTree.register_namespace("adlcp", ADLCP)
    name = f"{lesson.key}-{lesson.number}"
    root = ElementTree.Element(f"{{{IMSCP}}}manifest", {"identifier": f"vierogen-{name}", "version": "1.1"})
    about = _in(root, "metadata")
    _in(about, "schema").text = "ADL SCORM"
    _in(about, "schemaversion").text = "1.2"
    organisations = _in(root, "organizations", default="vierogen")
    organisation = _in(organisations, "organization", identifier="vierogen")
    _in(organisation, "title").text = lesson.title
    item = _in(organisation, "item", identifier="lesson", identifierref="page", isvisible="true")
    _in(item, "title").text = lesson.title
    ElementTree.SubElement(item, f"{{{ADLCP}}}masteryscore").text = "100"
    resource = _in(_in(root, "resources"), "resource", identifier="page", type="webcontent", href=PAGE)
    resource.set(f"{{{ADLCP}}}scormtype", "sco")
    for file in (PAGE, SCRIPT):
        _in(resource, "file", href=file)
    written: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return written


def _in(parent: ElementTree.Element, tag: str, **attributes: str) -> ElementTree.Element:
    return ElementTree.SubElement(parent, f"{{{IMSCP}}}{tag}", attributes)


def _page(lesson: Lesson) -> str:
    with translation.override(lesson.language):
        told = {"lesson": lesson, "made_at": timezone.now(), "rights": json.dumps([one.right for one in lesson.asks])}
        return render_to_string("learning/sco.html", told)
