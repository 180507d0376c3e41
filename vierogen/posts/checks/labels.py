"""Which word before a number says what it is: the nearest one wins."""

import re
from collections.abc import Sequence

# Numbers of things, of organisations and of cases: nobody's secret.
OTHER_NUMBERS = re.compile(
    r"(?<![\w])(?:\w*(?:order|bestel|klant|relatie|lid|zaak|dossier|vergunning|kenmerk|factuur|vordering"
    r"|aanslag|beschikking|subjekt|subject|project|artikel|product|serie|polis|meldings?|aanvraag|referentie"
    r"|betalings?"
    r"|vestigings?|perceel|kadaster|inschrijf|registratie|volg|ticket|barcode|pas|meter|mast|lantaarnpaal"
    r"|container|besluit|raadsstuk|document|debiteuren|zending|pakket|track\w*)s?[- ]?(?:nummers?|numbers?|nrs?\.?"
    r"|no\.?|id|code)"
    r"|rsin|kvk(?:[- ]?(?:nummers?|nr\.?))?|k\.?v\.?k\.?|kamer van koophandel|btw(?:[- ]?(?:id|nummers?"
    r"|nr\.?))?|vat(?: (?:number|no\.?))?|isbn|issn|ean|doi|order|bestelling|vergunning|zaak|factuur|kenmerk"
    r"|invoice|permit|parcel|zending|pakket"
    r"|(?:case|order|reference|ref|application|planning|charity|company|registration|account|customer"
    r"|tracking|permit|invoice|asset|membership|card|library|serial|model|policy)[ ](?:number|no|nr|reference"
    r"|ref|id)\b\.?"
    r"|referentie|planning application|licence number for|reference|ref\.?|registered charity|lot|kavel|perceel"
    r"|fiscaal nummer|anbi|oin|acceptgiro|lotnummer|charity|council tax|tax reference|begroting|budget|bytes"
    r"|euro|eur|telefoon\w*|tel\.?|phone|fax"
    r"|bag-?id|pincode|agb(?:-code)?|vacature|vacaturenummer|motie|raadsvoorstel|hr-nummer|lidmaatschap\w*"
    r"|aanvraag|aanvraagnummer|meldcode|imei|chassis\w*)(?!\w)",
    re.IGNORECASE,
)
_EXAMPLE = re.compile(
    r"(?:bijvoorbeeld|bijv\.|bv\.|zoals|iets als|voorbeeld|e\.g\.|for example|example|such as|something like"
    r"|say|like|nep\w*|fake|sample|model)[ :,(\"']{1,3}$",
    re.IGNORECASE,
)
_REACH = 90


def label_before(text: str, at: int, kinds: Sequence[re.Pattern[str]]) -> re.Pattern[str] | None:
    """Which of ``kinds`` stands last before ``at``, in the same sentence or line; None where none does."""
    # "BSN:" at the end of a line speaks of what begins the next.
    before = text[max(0, at - _REACH) : at].rstrip()
    starts = [match.end() for match in re.finditer(r"(?<=\w{3})[.!?]\s+(?=[A-Z])|\n", before)]
    before = before[starts[-1] :] if starts else before
    last: tuple[int, re.Pattern[str] | None] = (-1, None)
    for kind in kinds:
        for match in kind.finditer(before):
            if match.end() > last[0]:
                last = (match.end(), kind)
    return last[1]


def example_before(text: str, at: int) -> bool:
    """Does the number stand there as an example: "zoals 123456782"?"""
    return bool(_EXAMPLE.search(text[max(0, at - 25) : at]))
