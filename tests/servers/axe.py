"""The accessibility checker axe-core, put into a page: the fixture `axe`."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.servers.node import find_node, installed

# WCAG 2.2 AA in axe's names: each version adds its own rules to the older ones.
# https://www.deque.com/axe/core-documentation/api-documentation/#axecore-tags
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]

# The source is evaluated through the debugger, which a page's content security policy does not stop.
RUN = "async tags => (await axe.run(document, {runOnly: {type: 'tag', values: tags}})).violations"

Check = Callable[[Page], list[str]]


@pytest.fixture(scope="session")
def axe() -> Check:
    """Returns what axe holds against a page, one line per element; an empty list is what a test wants."""
    source = (installed(find_node()) / "axe-core" / "axe.min.js").read_text()

    def violations(page: Page) -> list[str]:
        # It is half a megabyte, and stays in the page for a second look.
        if not page.evaluate("() => 'axe' in window"):
            page.evaluate(f"() => {{ {source} }}")
        found: list[dict[str, Any]] = page.evaluate(RUN, TAGS)
        return [
            f"{rule['id']} ({rule['help']}): {json.dumps(element['target'])}"
            for rule in found
            for element in rule["nodes"]
        ]

    return violations
