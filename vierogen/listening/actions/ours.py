"""What an organisation is called: its own name and those of its channels, in the spellings that people use."""

import re

from vierogen.channels.models import Channel
from vierogen.people.models import Organisation

# What people leave out of a name.
_KINDS = re.compile(
    r"^(?:de |het |the )?(?:gemeente|stichting|vereniging|coöperatie|provincie|waterschap|municipality of|city of"
    r"|foundation|stg\.?|ver\.?) +(?=\S)",
    re.IGNORECASE,
)
_IN_BRACKETS = re.compile(r"\s*\(([^()]+)\)\s*")
_ABBREVIATION = re.compile(r"[A-Z][A-Z0-9&]{1,9}")


def full_name(organisation: Organisation) -> str:
    """The name without what stands in brackets."""
    return " ".join(_IN_BRACKETS.sub(" ", organisation.name).split()) or organisation.name.strip()


def short_name(organisation: Organisation) -> str:
    """The name without the kind of organisation that it is; "" where that says no kind."""
    full = full_name(organisation)
    short = _KINDS.sub("", full)
    return short if short != full else ""


def abbreviation(organisation: Organisation) -> str:
    """As it stands in brackets behind the name, or as an own domain has it; "" where there is none."""
    for inside in _IN_BRACKETS.findall(organisation.name):
        if _ABBREVIATION.fullmatch(inside):
            return str(inside)
    initials = "".join(word[0] for word in re.findall(r"\w+", full_name(organisation))).upper()
    labels = {domain.removeprefix("www.").partition(".")[0] for domain in organisation.domains()}
    return initials if len(initials) > 1 and initials.casefold() in labels else ""


def own_domains(organisation: Organisation) -> list[str]:
    """Those domains that carry the name: among what an organisation may link to are those of others too."""
    carried = {squeezed(full_name(organisation)), squeezed(short_name(organisation))}
    carried |= {squeezed(abbreviation(organisation))}
    found = (domain.removeprefix("www.") for domain in organisation.domains())
    return [domain for domain in found if any(name and name in squeezed(domain) for name in carried)]


def squeezed(text: str) -> str:
    """Letters and figures only, small: as in a tag."""
    return "".join(re.findall(r"[^\W_]+", text.casefold()))


def names_of(organisation: Organisation) -> set[str]:
    """Its name, in small letters, with and without the kind of organisation that it is."""
    names = {organisation.name, full_name(organisation), short_name(organisation)}
    return {name.strip().casefold() for name in names} - {""}


def own_names(organisation: Organisation) -> set[str]:
    """Names, in small letters, that are the organisation's or its channels' own, and so no person's."""
    channels = Channel.objects.official().filter(organisation_id=organisation.pk).values_list("name", flat=True)
    return names_of(organisation) | {name.strip().casefold() for name in channels} - {""}
