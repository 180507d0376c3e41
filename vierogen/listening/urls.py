"""Addresses of the pages of listening."""

from django.urls import URLPattern, path

from vierogen.listening.views import alerts, hits, own_name, permits, spikes

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
    path("", hits.hits, name="hits"),
    path("hits/<int:pk>/", hits.hit, name="hit"),
    path("hits/<int:pk>/mark/", hits.mark, name="mark"),
    path("hits/<int:pk>/hand-on/", spikes.hand_on, name="hand_on"),
    path("alerts/<int:pk>/noise/", hits.leave_out, name="noise"),
    path("spikes/", spikes.spikes, name="spikes"),
    path("spikes/<int:pk>/", spikes.spike, name="spike"),
    path("handed-on/", spikes.handed, name="handed"),
    path("keeping/", hits.keep, name="keeping"),
    path("my-name/", own_name.own_name, name="own_name"),
]
