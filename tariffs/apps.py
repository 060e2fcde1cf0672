"""The tariffs app: what is owed on goods, secured, paid, proven."""

from django.apps import AppConfig


class TariffsConfig(AppConfig):
    """Joins the facts of the lower app to this one."""

    name = "tariffs"
