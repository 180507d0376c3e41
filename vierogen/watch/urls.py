"""Addresses of the watch pages."""

from django.urls import path

from vierogen.watch import views

app_name = "watch"
urlpatterns = [
    path("", views.overview, name="list"),
    path("live/", views.live, name="live"),
    path("strays/<int:pk>/", views.stray, name="stray"),
    path("strays/<int:pk>/live/", views.stray_live, name="stray_live"),
    path("strays/<int:pk>/acknowledge/", views.acknowledge, name="acknowledge"),
    path("strays/<int:pk>/take-down/", views.take_down, name="take_down"),
    path("strays/<int:pk>/adopt/", views.adopt, name="adopt"),
    path("take-downs/<int:pk>/", views.by_hand, name="by_hand"),
    path("evidence/<int:pk>/", views.evidence, name="evidence"),
]
