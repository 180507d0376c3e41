"""What other rooms say of members on the page of people, to who looks after them: declared here, offered by them."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from vierogen.core.plugins import offered
from vierogen.people.models import Organisation


@dataclass(frozen=True)
class Remark:
    """A few words on a member: ``state`` is that of a pill (ok, look, stop, wait, info, off)."""

    state: str
    text: str


class Remarks(ABC):
    """One kind of remark, in a room's ``offers.py``."""

    key: ClassVar[str]

    @abstractmethod
    def of(self, organisation: Organisation) -> Mapping[int, Remark]:
        """The remarks by the ids of members; few queries, however many members there are."""


def remarks_on(organisation: Organisation) -> dict[int, list[Remark]]:
    """Everything that rooms say of the members of an organisation."""
    found: dict[int, list[Remark]] = {}
    offers = offered(Remarks)  # type: ignore[type-abstract]
    for key in sorted(offers):
        for member, remark in offers[key]().of(organisation).items():
            found.setdefault(member, []).append(remark)
    return found
