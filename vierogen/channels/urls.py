"""Addresses of the pages about channels."""

from django.urls import path

from vierogen.channels.views import care, channels

app_name = "channels"
urlpatterns = [
    path("", channels.listing, name="list"),
    path("<int:pk>/", channels.settings_of, name="channel"),
    path("<int:pk>/close/", channels.close, name="close"),
    path("<int:pk>/care/", care.hygiene, name="hygiene"),
    path("<int:pk>/care/<slug:key>/", care.declare, name="declare"),
    path("<int:pk>/handover/", care.handover, name="handover"),
    path("<int:pk>/handover/refresh/", care.refresh_handover, name="handover_refresh"),
    path("<int:pk>/handover/paper/", care.handover_paper, name="handover_paper"),
]
