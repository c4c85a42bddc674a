"""Every address of the site. Pages are in three languages (no prefix = Japanese); the API has none."""

from django.conf.urls.i18n import i18n_patterns
from django.urls import include, path

from madoguchi.site.api import api

urlpatterns = [
    path("api/v1/", api.urls),
    *i18n_patterns(
        path("", include("madoguchi.site.page_urls")),
        path("", include("madoguchi.apps.accounts.urls")),
        path("", include("madoguchi.apps.people.urls")),
        path("", include("madoguchi.apps.businesses.urls")),
        path("", include("madoguchi.apps.consents.urls")),
        path("", include("madoguchi.apps.procedures.urls")),
        path("", include("madoguchi.apps.applications.urls")),
        path("", include("madoguchi.apps.cases.urls")),
        path("", include("madoguchi.apps.benefits.urls")),
        path("", include("madoguchi.apps.grants.urls")),
        path("", include("madoguchi.apps.registry.urls")),
        prefix_default_language=False,
    ),
]

handler404 = "madoguchi.site.page_views.not_found"
