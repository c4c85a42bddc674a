"""Every address of the site. Pages are in three languages (no prefix = Japanese); the API and what machines call have none."""

from django.conf.urls.i18n import i18n_patterns
from django.urls import include, path

from madoguchi.site.api import api

urlpatterns = [
    path("api/v1/", api.urls),
    path("", include("madoguchi.apps.opendata.plain_urls")),
    path("", include("madoguchi.apps.notifications.plain_urls")),
    *i18n_patterns(
        path("", include("madoguchi.site.page_urls")),
        path("", include("madoguchi.apps.accounts.urls")),
        path("", include("madoguchi.apps.people.urls")),
        path("", include("madoguchi.apps.businesses.urls")),
        path("", include("madoguchi.apps.upkeep.urls")),
        path("", include("madoguchi.apps.opendata.urls")),
        path("", include("madoguchi.apps.consents.urls")),
        path("", include("madoguchi.apps.notifications.urls")),
        path("", include("madoguchi.apps.procedures.urls")),
        path("", include("madoguchi.apps.applications.urls")),
        path("", include("madoguchi.apps.cases.urls")),
        path("", include("madoguchi.apps.benefits.urls")),
        path("", include("madoguchi.apps.grants.urls")),
        path("", include("madoguchi.apps.outreach.urls")),
        path("", include("madoguchi.apps.registry.urls")),
        prefix_default_language=False,
    ),
]

handler404 = "madoguchi.site.page_views.not_found"
