"""Addresses of the pages of learning."""

from django.urls import path

from vierogen.learning.views import managing, missing, reading

app_name = "learning"
urlpatterns = [
    path("", reading.learning, name="list"),
    path("missing/", missing.missing, name="missing"),
    path("begin/", managing.begin, name="begin"),
    path("agreements/", managing.agreements, name="agreements"),
    path("agreements/new/", managing.new, name="new"),
    path("agreements/coverage/", managing.coverage, name="coverage"),
    path("agreements/draft/<int:pk>/", managing.draft, name="draft"),
    path("agreements/draft/<int:pk>/in-force/", managing.put_in_force, name="put_in_force"),
    path("agreements/draft/<int:pk>/throw-away/", managing.throw_away, name="throw_away"),
    path("card/<slug:key>/", reading.card, name="card"),
    path("card/<slug:key>/change/", managing.change, name="change"),
    path("card/<slug:key>/withdraw/", managing.retire, name="retire"),
    path("card/<slug:key>/versions/", managing.history, name="history"),
]
