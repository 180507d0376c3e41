"""Addresses of the pages of listening."""

from django.urls import URLPattern, path

from vierogen.listening.views import alerts, bulletins, hits, hook, outside, own_name, permits, sources, spikes

app_name = "listening"
urlpatterns: list[URLPattern] = [
    path("", hits.hits, name="hits"),
    path("hits/<int:pk>/", hits.hit, name="hit"),
    path("hits/<int:pk>/mark/", hits.mark, name="mark"),
    path("hits/<int:pk>/hand-on/", spikes.hand_on, name="hand_on"),
    path("hits.csv", outside.hits_csv, name="csv"),
    path("keeping/", hits.keep, name="keeping"),
    path("spikes/", spikes.spikes, name="spikes"),
    path("spikes/<int:pk>/", spikes.spike, name="spike"),
    path("handed-on/", spikes.handed, name="handed"),
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
    path("alerts/<int:pk>/noise/", hits.leave_out, name="noise"),
    path("my-name/", own_name.own_name, name="own_name"),
    path("sources/", sources.listing, name="sources"),
    path("sources/new/", sources.add, name="source_add"),
    path("sources/program/", sources.add_program, name="source_program"),
    path("sources/<int:pk>/", sources.source, name="source"),
    path("sources/<int:pk>/change/", sources.change, name="source_change"),
    path("sources/<int:pk>/address/", sources.renew, name="source_renew"),
    path("hook/<str:token>/", hook.hook, name="hook"),
    path("bulletins/", bulletins.mine, name="bulletins"),
    path("bulletins/example/", bulletins.example, name="example"),
    path("bulletins/addresses/", bulletins.renew, name="renew_addresses"),
    path("unsubscribe/<str:secret>/", outside.unsubscribe, name="unsubscribe"),
    path("feeds/<str:secret>/", outside.feed, name="feed"),
]
