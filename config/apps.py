"""The project as an app, for its one command: the demonstration."""

from django.apps import AppConfig


class PlatformConfig(AppConfig):
    """Joins the three apps."""

    name = "config"
