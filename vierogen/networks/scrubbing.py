"""Takes everything out of a recording that only its owner may know, and looks afterwards whether that was done.

Two halves that share little: ``Scrubber`` finds a secret in whatever writing it stands (escaped, in an address, in
base64) and puts a placeholder there; ``leaks`` undoes those writings on the finished text and looks again. What
nobody told us is a secret is known by the name that it stands under, or by looking like chance.
"""

import base64
import binascii
import html
import json
import math
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import unquote, unquote_plus

# Secrets by their names in OAuth 2 (RFC 6749, RFC 7636), in Graph (https://developers.facebook.com/docs/graph-api/
# guides/secure-requests) and in the headers of HTTP. ``state`` and ``code`` mean something else in answers.
_NAMES = (
    "access_token|refresh_token|id_token|token|oauth_token|oauth_verifier|fb_exchange_token|input_token|"
    "client_secret|app_secret|appsecret_proof|secret|code_verifier|assertion|password|app_password|passwd|"
    "authorization|proxy-authorization|cookie|set-cookie|access_?jwt|refresh_?jwt|jwt|api_?key|signature"
)
_SENT_NAMES = f"{_NAMES}|code|state"
# Whose it is may stand before: user_access_token. Not so before a bare "token": next_token turns pages.
_LONG_NAMES = r"(?:\w+[_-])(?:access_?token|refresh_?token|id_token|secret|verifier|password|proof|jwt|api_?key)"
_IS_SECRET = re.compile(f"{_NAMES}|{_LONG_NAMES}", re.IGNORECASE)
_IS_SECRET_SENT = re.compile(f"{_SENT_NAMES}|{_LONG_NAMES}", re.IGNORECASE)
# One of them with its value inside any other text, also where "=" is written %3D or %253D.
_ASSIGNED = re.compile(
    rf"(?i)(?:(?<![a-z0-9_-])|(?<=%[0-9a-f]{{2}}))({_SENT_NAMES}|{_LONG_NAMES})((?:=|%(?:25)*3D)\s*)"
    rf"((?:(?!%(?:25)*(?:26|22|20))[^&\s\"'<>\\#()])+)"
)
# The same as JSON within any other text: quotes escaped, or written %22, however often. No code and no state.
_QUOTE = r"(?:\\{0,40}[\"']|%(?:25)*2[27])"
_PACKED = re.compile(
    rf"(?i)({_QUOTE}(?:{_NAMES}|{_LONG_NAMES}){_QUOTE}(?:\s|\+|%(?:25)*20)*(?::|%(?:25)*3A)(?:\s|\+|%(?:25)*20)*{_QUOTE})"
    rf"((?:(?!{_QUOTE})[^()])+)(?={_QUOTE})"
)
# A key as it stands in a header (RFC 6750, 2.1), quoted in a message; a word without a digit is prose.
_BORNE = re.compile(r"(?i)\b((?:bearer|basic|oauth)(?:\s|\+|%20)+)(?=[\w.~/+=|-]*\d)([\w.~/+=|-]{6,})")
# An address with a query; addresses stand escaped in JSON within JSON.
_ADDRESS = re.compile(r"(https?:\\*/\\*/[^\s\"'<>?#]+)\?([^\s\"'<>#\\]+)", re.IGNORECASE)
# What signs the addresses of pictures: Facebook's own network, Amazon's, Google's, Azure's.
_SIGNED = re.compile(
    r"(?i)(?:^|[&;?])(?:oh|oe|_nc_\w+|x-(?:amz|goog)-\w+|sig|signature|policy|key-pair-id|token|st|se)="
)
_MAIL = re.compile(r"(?<![@\w.+-])[\w.+-]+(?:@|%40)(?:[a-z0-9-]+\.)+[a-z]{2,}", re.IGNORECASE)
_RUN = re.compile(r"[A-Za-z0-9_-]{20,}")
_BASE64 = re.compile(r"(?:[A-Za-z0-9+/_-]|%2[BbFf]){6,}(?:=|%3[Dd]){0,2}")
_SHORTEST = 4  # signs: a shorter secret is taken out only where it stands alone
_SHORTEST_ID = 6  # digits: a shorter number that stands as a name counts something
_PEOPLE = frozenset({"username", "acct", "screen_name", "handle", "display_name", "full_name", "first_name"})
_THEIR_IDS = frozenset({"author_id", "user_id", "owner_id", "page_id", "for_user_id", "in_reply_to_account_id"})


class Scrubber:
    """Puts placeholders in the place of secrets and of people, always the same for the same.

    ``secrets`` are taken out wherever and however they are written. ``own`` are names and ids of the account, which
    become as stable ones. ``instead`` gives the placeholder of an address that we made ourselves.
    """

    def __init__(
        self,
        secrets: Iterable[str] = (),
        *,
        own: Iterable[str] = (),
        instead: Mapping[str, str] | None = None,
    ) -> None:
        self._given: dict[str, str] = {}
        self._counts: Counter[str] = Counter()
        self._people: dict[str, str] = {}
        self._own: set[str] = set()
        self._secrets = dict(instead or {})
        self._pattern: re.Pattern[str] | None = None
        for secret in secrets:
            self.hide(secret)
        for name in filter(None, own):
            self._own.add(name)
            self._name(name)

    @property
    def secrets(self) -> frozenset[str]:
        """Everything known to be secret, for ``leaks``."""
        return frozenset(self._secrets)

    def hide(self, secret: str) -> None:
        """From now on this is a secret."""
        if secret and secret not in self._secrets:
            self._secrets[secret] = self._placeholder("token", secret)
            self._pattern = None

    def learn(self, value: Any, *, sent: bool = False) -> None:
        """Look through ``value`` for secrets and people by the names under which they stand; before ``scrubbed``."""
        for parent, name, found in _named(value):
            if name.isascii() and name.isdigit() and len(name) >= _SHORTEST_ID:
                self._own.add(name)
                self._name(name)
            if (_IS_SECRET_SENT if sent else _IS_SECRET).fullmatch(name) and isinstance(found, str | list | tuple):
                for each in _texts(found):
                    self.hide(each)
            elif isinstance(found, str) and found and _is_person(parent, name):
                self._name(found.lstrip("@").partition("@")[0] or found)
        for text in _texts(value):
            self._learn_within(text)

    def _learn_within(self, text: str) -> None:
        for match in _ASSIGNED.finditer(text):
            self.hide(unquote(match[3]))
        for match in _PACKED.finditer(text):
            self.hide(unquote(_unescaped(match[2])))

    def scrubbed(self, value: Any) -> Any:
        """``value`` (JSON) without any of it; names of fields are looked at too."""
        if isinstance(value, Mapping):
            return {self._field(str(name)): self.scrubbed(part) for name, part in value.items()}
        if isinstance(value, list | tuple):
            return [self.scrubbed(part) for part in value]
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, int) and not isinstance(value, bool) and str(value) in self._own:
            return int(self._people[str(value)])
        return value

    def _field(self, name: str) -> str:
        """The name of a field: an account's id can be one, but the words of the network's documents stay."""
        return self._without_secrets(name) if name.isidentifier() and not looks_random(name) else self.text(name)

    def text(self, text: str) -> str:
        """One text without any of it."""
        if text in self._secrets:
            return self._secrets[text]
        text = self._without_secrets(text)
        text = _ASSIGNED.sub(lambda found: found[1] + found[2] + self._placeholder("token", found[3]), text)
        for packed in (_PACKED, _BORNE):
            text = packed.sub(lambda found: found[1] + self._placeholder("token", found[2]), text)
        text = _ADDRESS.sub(self._unsigned, text)
        text = _RUN.sub(lambda run: self._placeholder("token", run[0]) if looks_random(run[0]) else run[0], text)
        if text in self._people:
            return self._people[text]
        return _MAIL.sub(lambda mail: self._placeholder("e-mail", mail[0]), self._without_people(text))

    def _without_secrets(self, text: str) -> str:
        if self._pattern is None:
            longest = sorted((each for each in self._secrets if len(each) >= _SHORTEST), key=len, reverse=True)
            self._order = longest
            self._pattern = re.compile(
                "|".join(f"(?P<s{n}>{_written(each)})" for n, each in enumerate(longest)) or "$^"
            )
            self._bytes = [each.encode("utf-8", "surrogatepass") for each in longest]
        text = self._pattern.sub(lambda found: self._secrets[self._order[int(found.lastgroup[1:])]], text)  # type: ignore[index]
        return _BASE64.sub(self._unpacked, text)

    def _unpacked(self, run: re.Match[str]) -> str:
        hidden = any(secret in plain for plain in _decoded(run[0]) for secret in self._bytes)
        return self._placeholder("token", run[0]) if hidden else run[0]

    def _unsigned(self, address: re.Match[str]) -> str:
        values = re.split(r"[&;]?[\w.-]+=", address[2])
        if _SIGNED.search(address[2]) or any(looks_random(run) for value in values for run in _RUN.findall(value)):
            return f"{address[1]}?{self._placeholder('signed', address[2])}"
        return address[0]

    def _without_people(self, text: str) -> str:
        for name in sorted(self._people, key=len, reverse=True):
            if name in text:
                text = re.sub(self._stands(name), self._people[name], text)
        return text

    def _stands(self, name: str) -> str:
        """Where it can be nothing but a name; one of the account's own, if it is not too short, at any place."""
        as_a_word = rf"(?<!\w){re.escape(name)}(?!\w)"
        as_a_name = rf"(?<=[@/]){re.escape(name)}(?![\w-])|^{re.escape(name)}(?=@)"
        return as_a_word if name in self._own and len(name) >= _SHORTEST else as_a_name

    def _name(self, name: str) -> None:
        if name in self._people:
            return
        if name.isascii() and name.isdigit():
            self._counts["id"] += 1
            self._people[name] = f"9{self._counts['id']:0{max(5, len(name) - 1)}d}"
        else:
            self._counts["account"] += 1
            self._people[name] = f"account_{self._counts['account']}"

    def _placeholder(self, kind: str, value: str) -> str:
        """The same for the same value; of signs that stand unchanged in addresses, headers and JSON."""
        if re.fullmatch(r"\([a-z-]+-\d+\)", value):
            return value
        if value not in self._given:
            self._counts[kind] += 1
            self._given[value] = f"({kind}-{self._counts[kind]})"
        return self._given[value]


def looks_random(run: str) -> bool:
    """Does this look like a key rather than like words or a number? Letters and digits, mixed as chance mixes them."""
    if len(run) < 20 or run.isalpha() or not any(map(str.isalpha, run)) or not any(map(str.isdigit, run)):
        return False
    shares = [count / len(run) for count in Counter(run).values()]
    return -sum(share * math.log2(share) for share in shares) >= 3.2


def leaks(text: str, secrets: Collection[str]) -> list[str]:
    """What is wrong with a finished recording, in words without the secret itself; [] where nothing is."""
    document = json.loads(text)
    readings = {text, *_texts(document)}
    for undo in (unquote, unquote, unquote_plus, html.unescape, _unescaped, _unescaped):
        readings |= {undo(reading) for reading in readings}
    packed = [plain for reading in readings for run in _BASE64.findall(reading) for plain in _decoded(run)]
    wrong = []
    for secret in secrets:
        raw = secret.encode("utf-8", "surrogatepass")
        inside = len(secret) >= _SHORTEST and (
            any(secret in reading for reading in readings) or any(raw in plain for plain in packed)
        )
        if inside or secret in readings:
            wrong.append("one of the known secrets is still in it")
    if any(looks_random(run) for reading in readings for run in _RUN.findall(reading)):
        wrong.append("something in it looks like a key")
    if any(_MAIL.search(reading) for reading in readings):
        wrong.append("an e-mail address is still in it")
    return wrong


def in_groups(digest: str) -> str:
    """A hash in groups of eight signs, so that it is not taken for a key."""
    return " ".join(digest[start : start + 8] for start in range(0, len(digest), 8))


def _written(secret: str) -> str:
    """A pattern that finds ``secret`` in every writing: escaped for JSON, HTML and addresses, also more than once."""
    return "".join(f"(?:{'|'.join(_ways(sign))})" for sign in secret)


def _ways(sign: str) -> Iterator[str]:
    yield rf"\\*{re.escape(sign)}"
    yield "(?i:" + "".join(f"%(?:25)*{byte:02x}" for byte in sign.encode("utf-8", "surrogatepass")) + ")"
    units = sign.encode("utf-16-be", "surrogatepass").hex()
    yield "(?i:" + "".join(rf"\\+u{units[at : at + 4]}" for at in range(0, len(units), 4)) + ")"
    if not sign.isalnum():
        yield rf"(?i:&(?:amp;)*#(?:0*{ord(sign)}|x0*{ord(sign):x});)"
        yield from (rf"&(?:amp;)*{name};" for name in _HTML.get(sign, ()))
    if sign in _ESCAPES:
        yield rf"\\+{_ESCAPES[sign]}"
    if sign == " ":
        yield r"\+"


_HTML = {"&": ("amp",), "<": ("lt",), ">": ("gt",), '"': ("quot",), "'": ("apos",)}
_ESCAPES = {"\n": "n", "\r": "r", "\t": "t", "\b": "b", "\f": "f"}


def _decoded(run: str) -> Iterator[bytes]:
    """What ``run`` may be base64 of, from each of the places at which a group can begin."""
    plain = unquote(run).rstrip("=").replace("-", "+").replace("_", "/")
    for start in range(4):
        part = plain[start:]
        part = part[: len(part) - (len(part) % 4 == 1)]
        try:
            yield base64.b64decode(part + "=" * (-len(part) % 4))
        except binascii.Error:  # no base64 at all
            continue


def _unescaped(text: str) -> str:
    """Undo one layer of JSON's escapes."""
    return re.sub(r'\\(u[0-9a-fA-F]{4}(?:\\u[0-9a-fA-F]{4})?|["\\/bfnrt])', _plain_sign, text)


def _plain_sign(escape: re.Match[str]) -> str:
    sign: Callable[[str], str] = json.loads
    return sign(f'"{escape[0]}"')


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        for name, part in value.items():
            yield str(name)
            yield from _texts(part)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from _texts(part)
    elif isinstance(value, str):
        yield value


def _named(value: Any, parent: str = "") -> Iterator[tuple[str, str, Any]]:
    """Each part with the name under which it stands, and the one above that; pairs of a query are names too."""
    if isinstance(value, Mapping):
        is_account = not _PEOPLE.isdisjoint(value) and "id" in value
        for name, part in value.items():
            yield "account" if is_account else parent, str(name), part
            yield from _named(part, str(name))
    elif isinstance(value, list | tuple):
        if len(value) == 2 and all(isinstance(part, str) for part in value):
            yield parent, value[0], value[1]
        for part in value:
            yield from _named(part, parent)


def _is_person(parent: str, name: str) -> bool:
    if name in _PEOPLE or name in _THEIR_IDS:
        return True
    return parent in {"account", "from", "owner"} and name in {"id", "name"}
