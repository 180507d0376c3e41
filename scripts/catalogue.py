"""Keeps the Dutch catalogue in step with the sentences in code and templates; needs no gettext programs.

python -m scripts.catalogue             collect new sentences, drop vanished ones, compile, list what lacks Dutch
python -m scripts.catalogue missing     only list
"""

import ast
import io
import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_file
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parents[1]
HOUSE = ROOT / "vierogen"
PO = HOUSE / "locale" / "nl" / "LC_MESSAGES" / "django.po"
MO = PO.with_suffix(".mo")
HEAD = rb"""# The Dutch of Vierogen: it says je, in plain words. After a change here or in a sentence: make messages
msgid ""
msgstr ""
"Language: nl\n"
"MIME-Version: 1.0\n"
"Content-Type: text/plain; charset=utf-8\n"
"Content-Transfer-Encoding: 8bit\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\n"

"""
# The moment that files carry. Always the same, so that they change only when a sentence does.
MOMENT = datetime(2026, 1, 1, tzinfo=UTC)
# Which arguments hold the sentence, in the notation of Babel: (1, "c") is a context.
KEYWORDS = {
    **dict.fromkeys(("_", "gettext", "gettext_lazy", "gettext_noop")),
    **dict.fromkeys(("ngettext", "ngettext_lazy"), (1, 2)),
    **dict.fromkeys(("pgettext", "pgettext_lazy"), ((1, "c"), 2)),
    **dict.fromkeys(("npgettext", "npgettext_lazy"), ((1, "c"), 2, 3)),
}
LITERAL = r"""u?(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")"""
# Django's templatize() leaves a call with literals for each translatable piece, and X for every other character.
CALL = re.compile(rf"(?<!\w)(_|n?p?gettext)\(\s*((?:{LITERAL}\s*,?\s*)+)")

Sentence = str | tuple[str, ...]


def collected() -> Catalog:
    """Every sentence that code and templates mark for translation, with the files it stands in, without Dutch."""
    catalog = Catalog(locale="nl", creation_date=MOMENT, revision_date=MOMENT)
    for path in sorted(HOUSE.rglob("*")):
        for sentence, context in in_file(path):
            catalog.add(sentence, locations=[(str(path.relative_to(ROOT)), 1)], context=context)
    return catalog


def in_file(path: Path) -> Iterator[tuple[Sentence, str | None]]:
    """Each sentence of a module or template (a pair where numbers differ), and its context."""
    if path.suffix == ".py" and "migrations" not in path.parts:
        for _line, sentence, _comments, context in extract_from_file("python", path, keywords=KEYWORDS):
            yield sentence, context
    elif "templates" in path.parts and path.suffix in {".html", ".txt"}:
        yield from in_template(path.read_text())


def in_template(source: str) -> Iterator[tuple[Sentence, str | None]]:
    """Each sentence of a template (a pair where numbers differ), and its context."""
    for call in CALL.finditer(templatize(source)):
        said = [ast.literal_eval(literal) for literal in re.findall(LITERAL, call[2])]
        context = said.pop(0) if "p" in call[1] else None
        yield (said[0], said[1]) if call[1].startswith("n") else said[0], context


def written() -> Catalog:
    """The catalogue as it stands in its file; empty when there is none yet."""
    if not PO.exists():
        return Catalog(locale="nl")
    with PO.open("rb") as file:
        return read_po(file, locale="nl", abort_invalid=True)


def updated() -> Catalog:
    """The sentences of today with the Dutch that is known of them."""
    today, known = collected(), written()
    for message in today:
        earlier = known.get(message.id, message.context) if message.id else None
        if earlier and earlier.pluralizable == message.pluralizable:
            message.string = earlier.string
    return today


def missing(catalog: Catalog) -> list[Message]:
    """The sentences without a Dutch text, or with only one of the two numbers."""
    return [message for message in catalog if message.id and not is_complete(message)]


def is_complete(message: Message) -> bool:
    """There is a text for each number, and nobody has doubted it."""
    texts = message.string if message.pluralizable else [message.string]
    return all(texts) and len(texts) == len(message.id if message.pluralizable else "1") and not message.fuzzy


def as_po(catalog: Catalog) -> bytes:
    """The catalogue as text."""
    file = io.BytesIO(HEAD)
    file.seek(0, io.SEEK_END)
    write_po(file, catalog, width=118, omit_header=True, include_lineno=False)
    return file.getvalue()


def as_mo(catalog: Catalog) -> bytes:
    """The catalogue as Django reads it."""
    file = io.BytesIO()
    write_mo(file, catalog)
    return file.getvalue()


def main(*arguments: str) -> int:
    """Bring both files up to date unless told only to list; the exit status says whether Dutch is lacking."""
    catalog = updated()
    if arguments != ("missing",):
        PO.parent.mkdir(parents=True, exist_ok=True)
        PO.write_bytes(as_po(catalog))
        MO.write_bytes(as_mo(catalog))
    lacking = missing(catalog)
    for message in lacking:
        print(f"{message.locations[0][0]}: {message.id!r}")
    print(f"messages: {len(catalog)} sentences, {len(lacking)} without Dutch")
    return 1 if lacking else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
