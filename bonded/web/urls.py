"""The addresses of the pages."""

from django.urls import URLPattern, URLResolver, path

from bonded.web import find, home, memberships, notices, stones

urlpatterns: list[URLPattern | URLResolver] = [
    path("", home.home, name="home"),
    path("find", find.find, name="find"),
    path("notices", notices.notices, name="notices"),
    path("notices/<uuid:notice_id>/read", notices.read_notice, name="read_notice"),
    path("preferences", notices.preferences, name="preferences"),
    path("preferences/notices", notices.set_preference, name="set_preference"),
    path("preferences/appearance", memberships.set_appearance, name="set_appearance"),
    path("memberships", memberships.memberships, name="memberships"),
    path("memberships/choose", memberships.choose_membership, name="choose_membership"),
    path("stones/<str:stock_number>", stones.stone, name="stone"),
]
