"""Addresses of the pages about people."""

from django.urls import path

from vierogen.people import entering, views

app_name = "people"
urlpatterns = [
    path("setup/<str:token>/", entering.setup, name="setup"),
    path("join/<str:code>/<str:token>/", entering.accept, name="accept"),
    path("first-steps/", entering.first_steps, name="first_steps"),
    path("nowhere/", entering.nowhere, name="nowhere"),
    path("switch/", entering.switch, name="switch"),
    path("me/", entering.me, name="me"),
    path("people/", views.people, name="list"),
    path("people/invite/", views.ask_in, name="invite"),
    path("people/<int:pk>/", views.person, name="member"),
    path("people/<int:pk>/invite-again/", views.ask_in_again, name="invite_again"),
    path("people/<int:pk>/end/", views.say_goodbye, name="end"),
    path("people/settings/", views.organisation_settings, name="settings"),
]
