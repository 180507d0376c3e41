"""The web door for a WSGI server (waitress, in ``vierogen web``)."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "vierogen.config.settings")
application = get_wsgi_application()
