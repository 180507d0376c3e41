"""Nothing secret stays in a recording, however and wherever it is written."""

import base64
import html
import json
from collections.abc import Callable
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vierogen.networks.scrubbing import Scrubber, leaks, looks_random

TOKEN = "EAAGm0PX4ZCpsBAKZCx8s7dQ"
# The ways in which a secret can stand in what goes over a line.
WRITINGS: dict[str, Callable[[str], str]] = {
    "plain": str,
    "in a sentence": "the key is '{}', keep it".format,
    "in an address": lambda secret: f"https://example.org/a?b=1&key={quote(secret, safe='')}&c=2",
    "in a form": lambda secret: f"a=1&b={quote_plus(secret)}",
    "twice in an address": lambda secret: quote(quote(secret, safe=""), safe=""),
    "small hex": lambda secret: "".join(f"%{byte:02x}" for byte in secret.encode()),
    "JSON in JSON": lambda secret: json.dumps({"a": [secret]}),
    "JSON in JSON in JSON": lambda secret: json.dumps(json.dumps({"a": [secret]})),
    "JSON with its own signs": lambda secret: json.dumps(secret, ensure_ascii=False),
    "HTML": lambda secret: f'<p title="{html.escape(secret)}">',
    "basic log-in": lambda secret: "Basic " + base64.b64encode(f"id:{secret}".encode()).decode(),
    "base64 for addresses": lambda secret: base64.urlsafe_b64encode(f"me{secret}!".encode()).decode().rstrip("="),
    "base64 in an address": lambda secret: quote(base64.b64encode(f"x{secret}".encode()).decode(), safe=""),
}
# As keys are, and as passwords of people can be.
KEYS = st.text("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.~|", min_size=12, max_size=60)
PASSWORDS = st.text(st.characters(exclude_categories=["Cs"]), min_size=8, max_size=30)


def written(document: object) -> str:
    return json.dumps(document, ensure_ascii=False)


def scrubbed(document: object, *secrets: str, own: tuple[str, ...] = ()) -> tuple[str, Scrubber]:
    scrubber = Scrubber(secrets, own=own)
    scrubber.learn(document)
    return written(scrubber.scrubbed(document)), scrubber


@pytest.mark.parametrize("writing", WRITINGS.values(), ids=WRITINGS)
def test_a_known_secret_goes_however_it_is_written(writing: Callable[[str], str]) -> None:
    secret = 'p"a\\s/s wörd\n&<😀>%'
    document = {"answer": [{"note": writing(secret)}]}
    assert leaks(written(document), [secret])
    text, scrubber = scrubbed(document, secret)
    assert leaks(text, scrubber.secrets) == []
    assert "(token-" in text


@settings(deadline=None, max_examples=200)
@given(st.data())
def test_no_secret_in_any_writing_at_any_place_stays(data: st.DataObject) -> None:
    secrets = data.draw(st.lists(KEYS | PASSWORDS, min_size=1, max_size=4))
    leaf = st.sampled_from(secrets).flatmap(
        lambda secret: st.sampled_from(sorted(WRITINGS)).map(lambda name: WRITINGS[name](secret))
    )
    names = st.sampled_from(["id", "text", "url", "paging", "17841400000000001"]) | leaf
    document = data.draw(
        st.recursive(leaf, lambda part: st.lists(part, max_size=3) | st.dictionaries(names, part, max_size=3))
    )
    text, _ = scrubbed(document, *secrets)
    wrong = leaks(text, secrets)
    # A password such as "0000 000" can be a part of any placeholder: then nothing is written at all.
    assert wrong == [] or any(secret in "(token-0123456789)" or len(set(secret)) < 4 for secret in secrets), text


@given(st.lists(KEYS, min_size=2, max_size=6, unique=True))
def test_the_same_secret_is_always_the_same_placeholder_and_another_is_another(keys: list[str]) -> None:
    scrubber = Scrubber(keys)
    assert len({scrubber.text(key) for key in keys}) == len(keys)
    assert [scrubber.text(key) for key in keys] == [scrubber.text(key) for key in keys]


@pytest.mark.parametrize(
    "document",
    [
        {"access_token": "short1"},
        {"answer": {"data": [{"refresh_token": "short1"}]}},
        {"next": "https://graph.example.org/me?limit=3&access_token=short1"},
        {"inside": "see https%3A%2F%2Fa.example%2F%3Faccess_token%3Dshort1%26b"},
        {"query": [["appsecret_proof", "short1"]]},
        {"log": "client_secret=short1 was refused"},
        {"one": {"password": "short1"}, "other": "the word short1 again"},
    ],
)
def test_what_stands_under_the_name_of_a_secret_is_one(document: object) -> None:
    text, scrubber = scrubbed(document)
    assert "short1" not in text
    assert leaks(text, scrubber.secrets) == []


def test_the_code_of_a_log_in_goes_and_the_code_of_an_error_stays() -> None:
    scrubber = Scrubber()
    scrubber.learn([["code", "abc"], ["state", "xyz"]], sent=True)
    answer = {"error": {"code": 190, "error_subcode": 463}, "state": "succeeded"}
    scrubber.learn(answer)
    assert scrubber.scrubbed([["code", "abc"]]) == [["code", scrubber.text("abc")]]
    assert scrubber.text("abc") != "abc"
    assert scrubber.scrubbed(answer) == answer


def test_signed_addresses_of_pictures_lose_what_signs_them() -> None:
    text, _ = scrubbed({"media_url": "https://cdn.example.net/v/t51/12_n.jpg?_nc_ht=cdn&oh=00_AfAB&oe=6512"})
    assert "https://cdn.example.net/v/t51/12_n.jpg?(signed-1)" in text
    assert "00_AfAB" not in text


def test_mail_addresses_go() -> None:
    text, _ = scrubbed({"about": "Vragen? Mail jan.jansen+x@voorbeeld.nl of a%40b.nl"})
    assert "voorbeeld.nl" not in text
    assert "b.nl" not in text


def test_the_account_gets_names_and_ids_of_the_same_kind() -> None:
    document = {
        "17841400000000001": [{"call_count": 3}],
        "path": "/v21.0/17841400000000001/media",
        "number": 17841400000000001,
        "handle": "@gemeente_x@mastodon.example",
        "said": "gemeente_x is not gemeente_xyz",
    }
    text, _ = scrubbed(document, own=("17841400000000001", "gemeente_x"))
    told = json.loads(text)
    assert "17841400000000001" not in text
    assert told["path"] == "/v21.0/90000000000000001/media"
    assert told["number"] == 90000000000000001
    assert told["handle"] == "@account_1@mastodon.example"
    assert told["said"] == "account_1 is not gemeente_xyz"


def test_numbers_that_stand_as_names_are_ids() -> None:
    text, _ = scrubbed({"usage": {"17957502339800007": [3]}, "errors": {"190": "17957502339800007 is busy"}})
    assert "17957502339800007" not in text
    assert "190" in json.loads(text)["errors"]


def test_other_people_in_it_lose_their_names() -> None:
    document = {"account": {"id": "556677", "username": "piet_j", "display_name": "Piet"}, "text": "dank @piet_j"}
    text, _ = scrubbed(document)
    assert all(name not in text for name in ("556677", "piet_j", "Piet"))


@pytest.mark.parametrize(
    "document",
    [
        {"form": [["batch", json.dumps([{"body": {"access_token": "zonnetje7"}}])]]},
        {"form": [["batch", json.dumps([{"body": json.dumps({"refresh_token": "zonnetje7"})}])]]},
        {"text": "see " + quote(json.dumps({"client_secret": "zonnetje7"}), safe="")},
        {"text": "a=1&b=" + quote(quote(json.dumps({"client_secret": "zonnetje7"}), safe=""), safe="")},
        {"next": "https://a.example/?to=" + quote(quote("access_token=zonnetje7&b=1", safe=""), safe="")},
        {"headers": {"location": "https://a.example/back/#user_access_token=zonnetje7"}},
        {"answer": {"page_access_token": "zonnetje7"}},
        {"answer": {"access_token": ["zonnetje7", "zonnetje7"]}},
        {"message": "Bad header 'Authorization: Bearer zonnetje7'"},
    ],
)
def test_what_stands_under_the_name_of_a_secret_goes_however_it_is_packed(document: dict[str, object]) -> None:
    text, _ = scrubbed(document)
    assert "zonnetje7" not in text
    assert "(token-" in text


def test_what_turns_pages_and_what_errors_are_called_stays() -> None:
    document = {
        "meta": {"next_token": "b26v89c19"},
        "text": '{"code": "190", "state": "open"}',
        "note": "Basic training",
    }
    assert json.loads(scrubbed(document)[0]) == document


def test_a_short_secret_goes_out_of_base64_too() -> None:
    packed = base64.b64encode(b"pw7!").decode()
    assert leaks(written({"a": f"see {packed}"}), ["pw7!"])
    assert packed not in scrubbed({"a": f"see {packed}"}, "pw7!")[0]


@pytest.mark.parametrize("run", [TOKEN, "9f86d081884c7d659a2feaa0c55ad015", "3f2b8c1e-77aa-4f0e-9a51-0c6f4be0d7e1"])
def test_what_looks_like_chance_is_taken_for_a_key(run: str) -> None:
    text, _ = scrubbed({"trace": f"see {run}."})
    assert run not in text
    assert leaks(written({"trace": run}), []) == ["something in it looks like a key"]


@pytest.mark.parametrize(
    "words",
    ["instagram_business_content_publish", "17841400000000000000001", "estimated_time_to_regain_access", "aaaaaaaaa1"],
)
def test_words_and_numbers_are_no_keys(words: str) -> None:
    assert not looks_random(words)


def test_what_is_left_is_named_without_being_said() -> None:
    (wrong,) = leaks(written({"a": f"b {quote('geheim!!')}"}), ["geheim!!"])
    assert "geheim" not in wrong
