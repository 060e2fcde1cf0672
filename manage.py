#!/usr/bin/env python
"""Run a management command of the platform."""

import os
import sys

from django.core.management import execute_from_command_line

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    # Loading the Celery application here gives every command the right broker.
    import config.celery  # noqa: F401

    execute_from_command_line(sys.argv)
