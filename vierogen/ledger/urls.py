"""Addresses of the ledger's pages."""

from django.urls import path

from vierogen.ledger import views

app_name = "ledger"
urlpatterns = [
    path("", views.entries, name="list"),
    path("verify/", views.check, name="verify"),
    path("export/", views.export, name="export"),
]
