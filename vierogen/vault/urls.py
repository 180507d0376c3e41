"""Addresses of the pages on which credentials are handed in."""

from django.urls import path

from vierogen.vault import views

app_name = "vault"
urlpatterns = [
    path("connect/", views.choose, name="connect"),
    path("connect/<slug:network>/", views.connect, name="connect_to"),
    path("<int:pk>/connect/", views.reconnect, name="reconnect"),
]
