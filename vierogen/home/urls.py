"""Addresses of the board."""

from django.urls import path

from vierogen.home import views

app_name = "home"
urlpatterns = [
    path("", views.today, name="today"),
    path("live/", views.live, name="live"),
    path("livez", views.alive, name="livez"),
    path("readyz", views.ready, name="readyz"),
]
