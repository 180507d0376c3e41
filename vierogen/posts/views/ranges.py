"""Bytes for browsers and networks, whole or the part that they ask for: films are fetched in parts."""

import re

from django.http import HttpRequest, HttpResponse

from vierogen.core.numbers import whole

_ONE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")


def answered(request: HttpRequest, data: bytes, *, mime: str) -> HttpResponse:
    """``data`` of type ``mime``, or one part of it (RFC 9110, section 14); never guessed to be anything else."""
    first, last = _asked(request, len(data))
    if first > last and data:
        response = HttpResponse(status=416, content_type=mime)
        response["Content-Range"] = f"bytes */{len(data)}"
        return _described(response, 0)
    is_part = (first, last) != (0, len(data) - 1)
    response = HttpResponse(data[first : last + 1] if is_part else data, content_type=mime)
    if is_part:
        response.status_code = 206
        response["Content-Range"] = f"bytes {first}-{last}/{len(data)}"
    return _described(response, last - first + 1)


def _described(response: HttpResponse, size: int) -> HttpResponse:
    response["Content-Length"] = str(size)
    response["Accept-Ranges"] = "bytes"
    response["Content-Disposition"] = "inline"
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _asked(request: HttpRequest, size: int) -> tuple[int, int]:
    """The first and the last byte to give; the first after the last where there is nothing to give.

    Several parts, and a part on a condition, are answered whole, as RFC 9110 (14.2 and 13.1.5) allows.
    """
    asked = _ONE.fullmatch(request.headers.get("Range", "").strip())
    if not asked or "If-Range" in request.headers or not any(asked.groups()):
        return 0, size - 1
    start, end = (whole(part) for part in asked.groups())
    if start is None:
        return (size - min(end or 0, size), size - 1) if end else (size, size - 1)
    return start, size - 1 if end is None else min(end, size - 1)
