"""Addresses of the incidents pages."""

from django.urls import path

from vierogen.incidents import views

app_name = "incidents"
urlpatterns = [
    path("", views.incidents, name="list"),
    path("open/", views.open_incident, name="open"),
    path("<int:pk>/", views.incident, name="detail"),
    path("<int:pk>/note/", views.note, name="note"),
    path("<int:pk>/close/", views.close, name="close"),
    path("<int:pk>/reopen/", views.reopen, name="reopen"),
]
