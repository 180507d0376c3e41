"""A curve as SVG: what a post costs by the number of alerts, both by powers of ten."""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from html import escape

WIDTH, HEIGHT, LEFT, BOTTOM, TOP, RIGHT = 760, 420, 70, 50, 20, 330
COLOURS = ("#0b6e4f", "#555555", "#1f5fa8", "#8a5a00", "#a3195b", "#6b3fa0", "#b3261e")

Scale = tuple[Callable[[float], float], range]
"""From a value to its place in the picture, and the powers of ten that are marked."""


def curve(lines: Mapping[str, Sequence[tuple[int, float]]]) -> str:
    """``lines`` has posts a second by the number of alerts. Each line is drawn in microseconds for a post."""
    points = {name: [(size, 1e6 / rate) for size, rate in line] for name, line in lines.items()}
    across = _scale([size for line in points.values() for size, _cost in line], LEFT, WIDTH - RIGHT)
    up = _scale([cost for line in points.values() for _size, cost in line], HEIGHT - BOTTOM, TOP)
    parts = [*_axes(across, up)]
    for number, (name, line) in enumerate(sorted(points.items(), key=lambda each: -each[1][-1][1])):
        colour, path = COLOURS[number % len(COLOURS)], " ".join(f"{across[0](x):.0f},{up[0](y):.0f}" for x, y in line)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts.append(_text(WIDTH - RIGHT + 15, TOP + 15 + 20 * number, name, colour))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" '
        f'font-size="12" role="img" aria-label="Microseconds for a post, by the number of alerts">'
        f'<rect width="100%" height="100%" fill="#ffffff"/>{"".join(parts)}</svg>\n'
    )


def _scale(values: Sequence[float], start: float, end: float) -> Scale:
    low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
    span = max(1, high - low)
    return (lambda value: start + (math.log10(value) - low) / span * (end - start)), range(low, low + span + 1)


def _axes(across: Scale, up: Scale) -> Iterator[str]:
    for power in across[1]:
        x = across[0](10.0**power)
        yield f'<line x1="{x:.0f}" x2="{x:.0f}" y1="{TOP}" y2="{HEIGHT - BOTTOM}" stroke="#dddddd"/>'
        yield _text(x - 12, HEIGHT - BOTTOM + 18, f"{10**power:,}")
    for power in up[1]:
        y = up[0](10.0**power)
        yield f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.0f}" y2="{y:.0f}" stroke="#dddddd"/>'
        yield _text(8, y + 4, f"{10.0**power:,.0f} µs")
    yield _text(LEFT, HEIGHT - 10, "alerts")


def _text(x: float, y: float, words: str, colour: str = "#222222") -> str:
    return f'<text x="{x:.0f}" y="{y:.0f}" fill="{colour}">{escape(words)}</text>'
