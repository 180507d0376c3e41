"""The ``fields`` parameter of the Graph API: which parts of an answer are wanted, parts of parts in braces.

graph-api/overview, "Fields", and graph-api/guides/field-expansion.
"""

from collections.abc import Mapping
from typing import Any

from vierogen.practice.simulators.instagram_records import bad_parameter

Wanted = dict[str, "Wanted"]


def wanted(text: str) -> Wanted:
    """Read ``id,children{media_url}``. Raises ``GraphError`` where the braces do not match."""
    stack: list[Wanted] = [{}]
    name = ""
    for sign in f"{text},":
        if sign in ",{}" and name.strip():
            stack[-1].setdefault(name.strip(), {})
        if sign == "{":
            stack.append(stack[-1].get(name.strip(), {}))
        elif sign == "}":
            stack.pop()
        name = "" if sign in ",{}" else name + sign
        if not stack:
            break
    if len(stack) != 1:
        raise bad_parameter("Syntax error in the fields")
    return stack[0]


def chosen(whole: Mapping[str, Any], fields: Wanted) -> dict[str, Any]:
    """The wanted parts of ``whole``, and always its id; what is None is left out, as the network does.

    Raises ``GraphError`` for a field that does not exist.
    """
    unknown = sorted(fields.keys() - whole.keys())
    if unknown:
        raise bad_parameter(f"Tried accessing nonexisting field ({unknown[0]})")
    names = {**fields, "id": {}} if "id" in whole else fields
    return {name: _part(whole[name], names[name]) for name in names if whole[name] is not None}


def _part(value: Any, fields: Wanted) -> Any:
    if isinstance(value, Mapping) and isinstance(value.get("data"), list):
        return {**value, "data": [chosen(each, fields) for each in value["data"]]}
    return chosen(value, fields) if isinstance(value, Mapping) and "id" in value else value
