"""What was measured: numbers under a name, and how they are put into words."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field


@dataclass
class Results:
    """Every single measurement by its name; ``notes`` are sentences for the reader."""

    numbers: dict[str, list[float]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def add(self, name: str, number: float) -> None:
        """One more measurement."""
        self.numbers.setdefault(name, []).append(number)

    def extend(self, name: str, numbers: Iterable[float]) -> None:
        """Several more."""
        self.numbers.setdefault(name, []).extend(numbers)

    def as_json(self) -> str:
        """One line, for the program that started this one."""
        return json.dumps({"numbers": self.numbers, "notes": self.notes})

    @classmethod
    def from_json(cls, line: str) -> "Results":
        """What ``as_json`` gave."""
        read: Mapping[str, object] = json.loads(line)
        return cls(**read)  # type: ignore[arg-type]


def part_below(numbers: Iterable[float], share: float) -> float:
    """The number below which that share of them lies (nearest rank)."""
    ordered = sorted(numbers)
    return ordered[max(0, -(-round(share * 100) * len(ordered) // 100) - 1)]
