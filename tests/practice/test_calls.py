import json
from email.message import Message

import httpx
import pytest

from vierogen.practice.calls import BadCall, Call, read


def sent(**options: object) -> Call:
    """What arrives when httpx sends this."""
    request = httpx.Request("POST", "http://here/api/v1/statuses?q=a%20b", **options)  # type: ignore[arg-type]
    head = Message()
    for name, value in request.headers.items():
        head[name] = value
    return read("POST", request.url.raw_path.decode(), head, request.read())


@pytest.mark.parametrize(
    "options",
    [
        {"json": {"status": "één", "media_ids": ["1", "2"], "sensitive": True, "language": None}},
        {"data": {"status": "één", "media_ids[]": ["1", "2"], "sensitive": "true"}},
        {
            "data": {"status": "één", "media_ids[]": ["1", "2"], "sensitive": "true"},
            "files": {"file": ("a.png", b"\r\n--x\r\n\x00")},
        },
    ],
    ids=["json", "form", "multipart"],
)
def test_json_form_and_multipart_say_the_same(options: dict[str, object]) -> None:
    call = sent(**options)
    assert (call.path, call.value("q")) == ("/api/v1/statuses", "a b")
    assert call.value("status") == "één"
    assert call.all("media_ids") == ["1", "2"]
    assert call.yes("sensitive")
    assert "language" not in call.values


def test_a_file_arrives_byte_for_byte() -> None:
    data = bytes(range(256)) + b"\r\n--\r\n\r\n"
    assert sent(files={"file": ("é.png", data, "image/png")}).files == {"file": data}


def test_nested_json_reads_as_rails_reads_a_form() -> None:
    nested = {"media_attributes": [{"id": "1", "description": "a"}, {"id": "2", "description": "b"}]}
    assert sent(json=nested).all("media_attributes[description]") == ["a", "b"]
    form = {"media_attributes[][id]": ["1", "2"], "media_attributes[][description]": ["a", "b"]}
    assert sent(data=form).all("media_attributes[description]") == ["a", "b"]


def test_token_and_key_come_from_the_headers() -> None:
    call = sent(headers={"Authorization": "Bearer abc", "Idempotency-Key": "k"})
    assert (call.token, call.key) == ("abc", "k")
    assert "abc" not in repr(call)


def test_a_token_may_stand_in_the_query_for_streams() -> None:
    assert read("GET", "/api/v1/streaming/user?access_token=abc", Message(), b"").token == "abc"


@pytest.mark.parametrize(
    ("mime", "body"),
    [
        ("application/json", b"{"),
        ("application/json", b"\xff"),
        ("application/x-www-form-urlencoded", b"\xff"),
        ("multipart/form-data", b"x"),
        ("multipart/form-data; boundary=b", b"--b\r\nContent-Disposition: form-data; name=a\r\n\r\n1"),
    ],
)
def test_a_body_that_is_not_what_it_says_is_refused(mime: str, body: bytes) -> None:
    head = Message()
    head["Content-Type"] = mime
    with pytest.raises(BadCall) as refused:
        read("POST", "/", head, body)
    assert refused.value.status == 400


def test_json_that_is_no_object_has_no_names() -> None:
    assert set(sent(content=json.dumps(["a"]), headers={"Content-Type": "application/json"}).values) == {
        "q",
        "",
    }


def test_an_empty_list_is_not_the_same_as_no_list() -> None:
    for call in (sent(json={"media_ids": []}), sent(data={"media_ids[]": ""})):
        assert "media_ids" in call.values
        assert call.all("media_ids") == []
    assert "media_ids" not in sent(json={}).values
