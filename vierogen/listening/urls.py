"""Addresses of the pages of listening."""

from django.urls import path

from vierogen.listening.views import hook, sources

app_name = "listening"
urlpatterns = [
    path("sources/", sources.listing, name="sources"),
    path("sources/new/", sources.add, name="source_add"),
    path("sources/program/", sources.add_program, name="source_program"),
    path("sources/<int:pk>/", sources.source, name="source"),
    path("sources/<int:pk>/change/", sources.change, name="source_change"),
    path("sources/<int:pk>/address/", sources.renew, name="source_renew"),
    path("hook/<str:token>/", hook.hook, name="hook"),
]
