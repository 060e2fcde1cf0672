"""Every address of the platform."""

from hmac import compare_digest

from allauth.account.decorators import secure_admin_login
from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from django.views.i18n import set_language
from django_prometheus.exports import ExportToDjangoView
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

# The one sign-in page has the limits on guessing, and later the second factor.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]
admin.site.site_header = admin.site.site_title = "Bonded Trade Platform"


def metrics(request: HttpRequest) -> HttpResponse:
    """Give Prometheus' figures to the monitor, by its token, and to whoever is signed in as staff of the site."""
    token = f"Bearer {settings.METRICS_TOKEN}" if settings.METRICS_TOKEN else ""
    is_monitor = bool(token) and compare_digest(request.headers.get("Authorization", "").encode(), token.encode())
    if not is_monitor and not (request.user.is_authenticated and request.user.is_staff):
        return HttpResponse(status=404)
    response: HttpResponse = ExportToDjangoView(request)
    return response


handler400 = "config.errors.bad_request"
handler404 = "config.errors.page_not_found"
handler500 = "config.errors.server_error"

urlpatterns = [
    path("", include("bonded.web.urls")),
    path("", include("tariffs.web.urls")),
    path("", include("inspections.web.urls")),
    path("language", set_language, name="set_language"),
    path("account/", include("allauth.urls")),
    path("admin/", admin.site.urls),
    path("metrics", metrics),
    path("api/v1/", include("bonded.api.urls")),
    path("api/v1/", include("tariffs.api.urls")),
    path("api/v1/", include("inspections.api.urls")),
    path("api/v1/schema/", SpectacularAPIView.as_view(), name="schema"),
    path("api/v1/docs/", SpectacularSwaggerSplitView.as_view(url_name="schema"), name="docs"),
]
