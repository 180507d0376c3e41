"""Runs all checks over a draft. A check that crashes says "not checked", never "clean"."""

import logging
from collections.abc import Iterator
from functools import cache

from vierogen.core.plugins import found_in
from vierogen.core.words import gettext_noop as _
from vierogen.posts.checks.base import Check, Draft, Finding, Tier

logger = logging.getLogger(__name__)
_WEIGHT = {Tier.STOP: 0, Tier.LOOK: 1, Tier.NOT_CHECKED: 2}


@cache
def checks() -> dict[str, Check]:
    """Every check by its key, found by scanning this folder; a page finds title, why and todo here."""
    return {key: check() for key, check in found_in("vierogen.posts.checks", Check).items()}  # type: ignore[type-abstract]


def run(draft: Draft) -> list[Finding]:
    """What all checks say about ``draft``: *stop* first, then *look*, then *not checked*. Never raises."""
    found = [finding for check in checks().values() for finding in _safely(check, draft)]
    return sorted(found, key=lambda finding: _WEIGHT[finding.tier])


def _safely(check: Check, draft: Draft) -> Iterator[Finding]:
    """What the check found, up to where it crashed."""
    try:
        yield from check.findings(draft)
    except Exception:
        logger.exception("check %s crashed", check.key)
        yield Finding(check.key, Tier.NOT_CHECKED, _("This check could not run. Look at this point yourself."))
