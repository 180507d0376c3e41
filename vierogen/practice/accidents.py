"""Reads a file of accidents. Only ``id``, ``route``, ``text`` and ``image_text`` count; the rest is for people."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Literal, cast, get_args

Route = Literal["gateway", "phone", "hacked", "private"]
ROUTES: tuple[str, ...] = get_args(Route)
COLUMNS = ("id", "route", "text", "image_text")
# A post of any network fits, with room to spare.
LONGEST = 100_000


class BadFile(Exception):  # noqa: N818 - the file's fault, not ours
    """The file cannot be used; the message is a plain sentence that says what to do."""


@dataclass(frozen=True)
class Accident:
    """What happened, as far as it can be played again. ``image_text`` are words to be read in a picture."""

    id: str
    route: Route
    text: str
    image_text: str


def read(path: Path) -> list[Accident]:
    """The accidents of a CSV file in UTF-8, in its order; rows without any content are skipped.

    Raises ``BadFile``.
    """
    rows = csv.DictReader(StringIO(_content(path), newline=""), strict=True)
    csv.field_size_limit(LONGEST)
    try:
        missing = [name for name in COLUMNS if name not in (rows.fieldnames or ())]
        if missing:
            raise BadFile(
                f"{path} has no column {', '.join(missing)}. The first line must name {', '.join(COLUMNS)}, "
                "separated by commas; other columns do no harm."
            )
        return list(_accidents(rows, path))
    except csv.Error as error:
        raise BadFile(f"{path}, line {rows.line_num}: this is not CSV ({error}).") from error


def _content(path: Path) -> str:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise BadFile(f"{path} cannot be read: {error.strerror}.") from error
    try:
        content = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise BadFile(f"{path}, line {line}: this is not UTF-8. Save it as “CSV UTF-8”.") from error
    if "\0" in content:
        raise BadFile(f"{path} is no text file. Save it as “CSV UTF-8”.")
    return content


def _accidents(rows: "csv.DictReader[str]", path: Path) -> Iterator[Accident]:
    for row in rows:
        cells = {name: (row[name] or "").strip() for name in COLUMNS}
        rest = [cell for name, cell in row.items() if name not in COLUMNS and cell]
        if not any(cells.values()) and not rest:
            continue
        if not cells["id"]:
            raise BadFile(f"{path}, line {rows.line_num}: this row has no id.")
        if cells["route"].lower() not in ROUTES:
            raise BadFile(
                f"{path}, line {rows.line_num}: the route is {cells['route']!r}; use one of {', '.join(ROUTES)}."
            )
        route = cast("Route", cells["route"].lower())
        yield Accident(cells["id"], route, cells["text"], cells["image_text"])
