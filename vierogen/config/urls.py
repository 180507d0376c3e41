"""Every address of the house."""

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path
from django.views.i18n import set_language

from vierogen.practice import urls as practice_urls
from vierogen.web.doors import everybody

urlpatterns: list[URLPattern | URLResolver] = [
    path("language/", everybody(set_language), name="set_language"),
    path("log-in/", include("vierogen.people.log_in")),
    path("", include("vierogen.home.urls")),
    path("", include("vierogen.people.urls")),
    path("posts/", include("vierogen.posts.urls")),
    path("watch/", include("vierogen.watch.urls")),
    path("incidents/", include("vierogen.incidents.urls")),
    path("channels/", include("vierogen.vault.urls")),
    path("channels/", include("vierogen.channels.urls")),
    path("learning/", include("vierogen.learning.urls")),
    path("learning/exercises/", include(practice_urls.DRILLS)),
    path("listening/", include("vierogen.listening.urls")),
    path("ledger/", include("vierogen.ledger.urls")),
    path("", include("vierogen.notices.urls")),
]
if settings.PRACTICE:
    urlpatterns.append(path("practice/", include("vierogen.practice.urls")))
