"""The door of the web server (granian, WSGI)."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
application = get_wsgi_application()

# Loading the Celery application gives the web its broker, so that an act can ring the workers' bell.
import config.celery  # noqa: E402, F401
