"""Every template of the house, as text."""

import re
from pathlib import Path

import pytest

import vierogen

HOUSE = Path(vierogen.__file__).parent
TEMPLATES = sorted(HOUSE.glob("*/templates/**/*.html"))
# Goes into a package for other systems of learning, and is never shown by ours.
ELSEWHERE = {"sco.html"}
PAGES = [path for path in TEMPLATES if "mail" not in path.parts and path.name not in ELSEWHERE]
COMPONENTS = sorted((HOUSE / "web" / "templates" / "web").glob("*.html"))
LIST = (HOUSE / "web" / "components.md").read_text()
# Pieces of other components; no page includes them itself.
PIECES = {
    "allauth_input", "avatar", "bars", "error_summary", "eyes", "footer", "halt_dialog", "header", "help",
    "label", "languages", "logo", "messages", "nav_link", "unverified", "user_menu",
}  # fmt: skip


def name(path: Path) -> str:
    """The name of a test's case."""
    return str(path.relative_to(HOUSE))


@pytest.mark.parametrize("path", PAGES, ids=name)
def test_no_template_has_what_the_policy_refuses(path: Path) -> None:
    markup = re.sub(r"{%\s*comment.*?endcomment\s*%}", "", path.read_text(), flags=re.DOTALL)
    assert not re.findall(r"<[^>]*\s(?:style|on[a-z]+|hx-on[\w:-]*)\s*=", markup)
    assert not re.findall(r"<script(?![^>]*nonce=\"{{ csp_nonce }}\")(?![^>]*application/json)[^>]*>", markup)
    assert not re.findall(r"<style[^>]*>", markup)


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_no_template_fetches_from_elsewhere(path: Path) -> None:
    assert not re.findall(r"(?:src|href)=[\"']?(?:https?:)?//", path.read_text())


@pytest.mark.parametrize("path", PAGES, ids=name)
def test_every_form_that_changes_something_carries_the_token(path: Path) -> None:
    forms = re.findall(r"<form(.*?)</form>", path.read_text(), re.DOTALL)
    assert all("csrf_token" in form for form in forms if 'method="post"' in form)


@pytest.mark.parametrize("path", COMPONENTS, ids=name)
def test_every_component_says_what_it_takes(path: Path) -> None:
    assert path.read_text().lstrip().startswith("{% comment %}")
    assert path.stem in PIECES or f"`web/{path.name}`" in LIST


def test_the_list_of_components_names_nothing_that_does_not_exist() -> None:
    listed = set(re.findall(r"`(web/[a-z_/]+\.(?:html|txt))`", LIST))
    assert listed
    assert not [page for page in listed if not (HOUSE / "web" / "templates" / page).exists()]
