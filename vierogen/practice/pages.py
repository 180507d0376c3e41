"""What a browser sees at an address of the practice network: plain public pages and drawn pictures."""

from functools import lru_cache
from html import escape
from io import BytesIO
from typing import Any

from PIL import Image, ImageDraw

from vierogen.practice.records import Account

SIDE = 96


def page(account: Account, statuses: list[dict[str, Any]]) -> str:
    """A public page with ``statuses``, which are entities of the account. No script, no style."""
    title = f"{escape(account.name)} (@{escape(account.handle)})"
    articles = "".join(_article(status["reblog"] or status) for status in statuses)
    return (
        f'<!doctype html><html><head><meta charset="utf-8"><title>{title}</title></head>'
        f"<body><h1>{title}</h1>{articles}</body></html>"
    )


def _article(status: dict[str, Any]) -> str:
    pictures = "".join(
        f'<img src="{escape(medium["url"])}" alt="{escape(medium["description"] or "")}">'
        for medium in status["media_attachments"]
    )
    moment = f'<time datetime="{status["created_at"]}">{status["created_at"]}</time>'
    return f"<article>{status['content']}{pictures}<p>{moment}</p></article>"


@lru_cache(maxsize=64)
def drawn_avatar(colour: str) -> bytes:
    """A PNG of 96 x 96 pixels in the account's colour: a head and shoulders."""
    picture = Image.new("RGB", (SIDE, SIDE), colour)
    draw = ImageDraw.Draw(picture)
    draw.ellipse((32, 18, 64, 50), fill="#ffffff")
    draw.ellipse((14, 58, 82, 140), fill="#ffffff")
    written = BytesIO()
    picture.save(written, "PNG")
    return written.getvalue()
