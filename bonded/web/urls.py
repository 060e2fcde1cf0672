"""The addresses of the pages."""

from django.urls import URLPattern, URLResolver, path

from bonded.web.home import home

urlpatterns: list[URLPattern | URLResolver] = [path("", home, name="home")]
