"""Addresses of the pages of listening."""

from django.urls import URLPattern, path

from vierogen.listening.views import bulletins, outside

app_name = "listening"
urlpatterns: list[URLPattern] = [
    path("bulletins/", bulletins.mine, name="bulletins"),
    path("bulletins/example/", bulletins.example, name="example"),
    path("bulletins/addresses/", bulletins.renew, name="renew_addresses"),
    path("unsubscribe/<str:secret>/", outside.unsubscribe, name="unsubscribe"),
    path("feeds/<str:secret>/", outside.feed, name="feed"),
    path("hits.csv", outside.hits_csv, name="csv"),
    # Until the pages of others are here.
    path("", bulletins.mine, name="hits"),
    path("sources/", bulletins.mine, name="sources"),
]
