"""The headers that keep foreign code out."""

from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from vierogen.web.csp import ContentSecurity


def directives(response: HttpResponse) -> dict[str, str]:
    """The policy as a table: directive -> sources."""
    parts = response.headers["Content-Security-Policy"].split("; ")
    return {name: sources for name, _, sources in (part.partition(" ") for part in parts)}


@pytest.fixture
def request_() -> HttpRequest:
    """Somebody asks for a page."""
    return RequestFactory().get("/")


def test_only_scripts_with_the_nonce_of_this_answer_run(request_: HttpRequest) -> None:
    def view(request: HttpRequest) -> HttpResponse:
        return HttpResponse(request.csp_nonce)  # type: ignore[attr-defined]

    response = ContentSecurity(view)(request_)
    assert directives(response)["script-src"] == f"'nonce-{response.content.decode()}'"


def test_each_answer_has_another_nonce(request_: HttpRequest) -> None:
    middleware = ContentSecurity(lambda request: HttpResponse())
    policies = {middleware(request_).headers["Content-Security-Policy"] for _ in range(50)}
    assert len(policies) == 50


def test_what_is_not_named_is_refused(request_: HttpRequest) -> None:
    found = directives(ContentSecurity(lambda request: HttpResponse())(request_))
    assert found["default-src"] == "'none'"
    assert found["frame-ancestors"] == "'none'"
    assert found["base-uri"] == "'none'"
    assert not {"'unsafe-inline'", "'unsafe-eval'", "*", "https:"} & set(" ".join(found.values()).split())


def test_forms_may_lead_to_the_single_sign_on_provider_and_nowhere_else(request_: HttpRequest, settings: Any) -> None:
    middleware = ContentSecurity(lambda request: HttpResponse())
    settings.OIDC_URL = ""
    assert directives(middleware(request_))["form-action"] == "'self'"
    settings.OIDC_URL = "https://login.voorbeeld.example/realms/one"
    assert directives(middleware(request_))["form-action"] == "'self' https://login.voorbeeld.example"


def test_our_own_forms_keep_their_origin(request_: HttpRequest) -> None:
    response = ContentSecurity(lambda request: HttpResponse())(request_)
    assert response.headers["Referrer-Policy"] == "same-origin"


def test_a_view_can_be_stricter(request_: HttpRequest) -> None:
    strict = "default-src 'none'; sandbox"
    middleware = ContentSecurity(lambda request: HttpResponse(headers={"Content-Security-Policy": strict}))
    assert middleware(request_).headers["Content-Security-Policy"] == strict
