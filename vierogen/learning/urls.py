"""Addresses of the pages of learning."""

from django.urls import path

from vierogen.learning.views import managing, missing, reading

app_name = "learning"
urlpatterns = [
    path("", reading.learning, name="list"),
    path("missing/", missing.missing, name="missing"),
    path("begin/", managing.begin, name="begin"),
    path("agreements/<slug:key>/", reading.card, name="card"),
]
