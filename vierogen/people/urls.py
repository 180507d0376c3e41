"""Addresses of the pages about people."""

from django.urls import path

from vierogen.people import entering, leaving_pages, partner_pages, views

app_name = "people"
urlpatterns = [
    path("setup/<str:token>/", entering.setup, name="setup"),
    path("join/<str:code>/<str:token>/", entering.accept, name="accept"),
    path("first-steps/", entering.first_steps, name="first_steps"),
    path("welcome/", entering.welcome, name="arriving"),
    path("nowhere/", entering.nowhere, name="nowhere"),
    path("switch/", entering.switch, name="switch"),
    path("me/", entering.me, name="me"),
    path("people/", views.people, name="list"),
    path("people/invite/", views.ask_in, name="invite"),
    path("people/<int:pk>/", views.person, name="member"),
    path("people/<int:pk>/invite-again/", views.ask_in_again, name="invite_again"),
    path("people/<int:pk>/end/", views.say_goodbye, name="end"),
    path("people/<int:pk>/leaving/", leaving_pages.leaving, name="leaving"),
    path("me/absence/", leaving_pages.my_absence, name="my_absence"),
    path("people/<int:pk>/guide/", leaving_pages.give_guide, name="guide"),
    path("people/<int:pk>/absence/", leaving_pages.absence, name="absence"),
    path("people/absences/<int:pk>/end/", leaving_pages.end_absence, name="absence_end"),
    path("people/departures/<int:pk>/", leaving_pages.departure, name="departure"),
    path("people/departures/<int:pk>/give/", leaving_pages.give, name="departure_give"),
    path("people/departures/<int:pk>/close/", leaving_pages.close, name="departure_close"),
    path("people/departures/<int:pk>/report.pdf", leaving_pages.report, name="departure_report"),
    path("people/partners/", partner_pages.partners, name="partners"),
    path("people/partners/ask/", partner_pages.ask, name="partner_ask"),
    path("people/partners/<int:pk>/agree/", partner_pages.agree, name="partner_agree"),
    path("people/partners/<int:pk>/end/", partner_pages.end, name="partner_end"),
    path("people/settings/", views.organisation_settings, name="settings"),
]
