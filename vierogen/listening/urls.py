"""Addresses of the pages of listening."""

from django.urls import URLPattern, path

from vierogen.listening.views import alerts, own_name, permits

app_name = "listening"
urlpatterns: list[URLPattern] = [
    path("alerts/", alerts.alerts, name="alerts"),
    path("alerts/new/", alerts.new, name="alert_new"),
    path("alerts/preview/", alerts.preview, name="alert_preview"),
    path("alerts/<int:pk>/", alerts.detail, name="alert"),
    path("alerts/<int:pk>/edit/", alerts.edit, name="alert_edit"),
    path("alerts/<int:pk>/rhythm/", alerts.rhythm, name="alert_rhythm"),
    path("alerts/<int:pk>/pause/", alerts.pause, name="alert_pause"),
    path("alerts/<int:pk>/resume/", alerts.resume, name="alert_resume"),
    path("alerts/<int:pk>/end/", alerts.end, name="alert_end"),
    path("alerts/<int:pk>/permit/", permits.permit, name="alert_permit"),
    path("my-name/", own_name.own_name, name="own_name"),
]
