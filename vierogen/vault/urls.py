"""Addresses of the pages on which credentials are handed in."""

from django.urls import path

from vierogen.vault import views

app_name = "vault"
urlpatterns = [
    path("connect/", views.choose, name="connect"),
    path("connect/<slug:network>/", views.connect, name="connect_to"),
    # The network sends people back to this address, so it is written in the app that was made there.
    path("connect/<slug:network>/back/", views.back, name="back"),
    path("connecting/<int:pk>/", views.choose_account, name="choose_account"),
    path("<int:pk>/connect/", views.reconnect, name="reconnect"),
]
