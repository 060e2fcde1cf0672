"""The inspections app: looking at goods before the money is owed."""

from django.apps import AppConfig


class InspectionsConfig(AppConfig):
    """Joins the facts of the lower apps to this one."""

    name = "inspections"
