"""Addresses of the pages about channels."""

from django.urls import path

from vierogen.channels import views

app_name = "channels"
urlpatterns = [
    path("", views.listing, name="list"),
    path("<int:pk>/", views.settings_of, name="channel"),
    path("<int:pk>/close/", views.close, name="close"),
]
