"""What the tests of checks that look for private things ask of a sentence."""

from collections.abc import Callable, Sequence

from vierogen.posts.checks.base import Check, Draft, Finding, Own, Span

# Of an organisation that told us what is its own.
OWN = Own(
    domains=("waalburg.example",),
    phones=("06 - 11 22 33 44", "0493 555 100"),
    emails=("anneke.smit@waalburg.example",),
    ibans=("NL94 RABO 0370 4055 70",),
    addresses=("Raadhuislaan 1, 6841 AB Waalburg",),
    names=("Marleen van Oosten", "Kwakernaak"),
)


def found(
    check: Check, text: str, *, own: Own | None = None, find_names: Callable[[str], Sequence[Span]] | None = None
) -> list[Finding]:
    """What the check finds in a text for all channels."""
    return list(check.findings(Draft(text, (), own=own or Own(), find_names=find_names)))


def told(finding: Finding) -> str:
    """The sentence of the finding, filled in."""
    return finding.message % finding.values


def place(finding: Finding, text: str) -> str:
    """The words that the finding points at."""
    return text[finding.start : finding.end]
