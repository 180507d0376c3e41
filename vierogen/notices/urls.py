"""Addresses of notices."""

from django.urls import path

from vierogen.notices import views

app_name = "notices"
urlpatterns = [
    path("notices/", views.mine, name="mine"),
    path("notices/push/", views.subscribe, name="subscribe"),
    path("notices/push/<int:device>/remove/", views.unsubscribe, name="unsubscribe"),
    path("notices/test/", views.test, name="test"),
    path("notices/alarms/<int:pk>/", views.alarm, name="alarm"),
    path("notices/alarms/<int:pk>/acknowledge/", views.acknowledge, name="acknowledge"),
    path("push-worker.js", views.push_worker, name="push_worker"),
]
