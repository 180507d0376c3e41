"""Runs all checks over a draft. A check that crashes says "not checked", never "clean"."""

import inspect
import logging
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import replace
from functools import cache

from vierogen.core.plugins import found_in
from vierogen.core.words import gettext_noop as _
from vierogen.posts.checks.base import Check, Draft, Finding, Level, Tier

logger = logging.getLogger(__name__)
_SAID = {Tier.STOP: "Stops:", Tier.LOOK: "Looks at:"}
_WEIGHT = {Tier.STOP: 0, Tier.LOOK: 1, Tier.NOT_CHECKED: 2}


@cache
def checks() -> dict[str, Check]:
    """Every check by its key, found by scanning this folder; a page finds title, why and todo here."""
    return {key: check() for key, check in found_in("vierogen.posts.checks", Check).items()}  # type: ignore[type-abstract]


def run(
    draft: Draft, levels: Mapping[str, Level] | None = None, *, keys: Collection[str] | None = None
) -> list[Finding]:
    """What all checks say about ``draft``: *stop* first, then *look*, then *not checked*. Never raises.

    ``levels`` are what the organisation chose, by the keys of checks; the others weigh as they say themselves.
    Only the checks with these ``keys``, where some are given.
    """
    chosen = levels or {}
    asked = [check for key, check in checks().items() if keys is None or key in keys]
    found = [finding for check in asked for finding in _weighed(check, draft, chosen)]
    return sorted(found, key=lambda finding: _WEIGHT[finding.tier])


def own_tiers(check: Check) -> tuple[Tier, ...]:
    """How much its findings weigh where nobody chose otherwise: what its docstring says, and a test compares."""
    said = inspect.getdoc(type(check)) or ""
    return tuple(tier for tier, words in _SAID.items() if words in said)


def kind_of(check: Check) -> str:
    """What a check finds, in one word of capitals."""
    return check.kind or check.key.upper()


def worded(finding: Finding, translate: Callable[[str], str]) -> str:
    """The sentence of a finding. Its ``problem`` is a sentence too, perhaps with places of its own."""
    values = dict(finding.values)
    if "problem" in values:
        told = translate(str(values["problem"]))
        values["problem"] = told % values if "%(" in told else told
    message = translate(finding.message)
    return message % values if values else message


def _weighed(check: Check, draft: Draft, chosen: Mapping[str, Level]) -> Iterator[Finding]:
    """The findings of one check, as heavy as the organisation wants them; in a picture, as those in a text."""
    own = chosen.get(check.key) if check.passable else None
    if own is Level.OFF:
        return
    for finding in _safely(check, draft):
        level = own or chosen.get(finding.via)
        if level is Level.OFF:
            continue
        tier = Tier(level) if level and finding.tier is not Tier.NOT_CHECKED else finding.tier
        yield replace(finding, tier=tier, kind=finding.kind or kind_of(check))


def _safely(check: Check, draft: Draft) -> Iterator[Finding]:
    """What the check found, up to where it crashed."""
    try:
        yield from check.findings(draft)
    except Exception:
        logger.exception("check %s crashed", check.key)
        yield Finding(check.key, Tier.NOT_CHECKED, _("This check could not run. Look at this point yourself."))
