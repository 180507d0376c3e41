"""Registers the room with Django."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    """Templates, static files and template tags of the whole house."""

    name = "vierogen.web"
    label = "web"
