"""The one API of the platform: `/api/v1`, OpenAPI, errors as problem+json."""

from ninja import NinjaAPI

from madoguchi import __version__
from madoguchi.apps.registry.endpoints import router
from madoguchi.core import problems

api = NinjaAPI(
    title="Madoguchi",
    version=__version__,
    description="Open data of the registry: programmes, conditions, changes. Reading needs no key.",
    urls_namespace="api-1",
    docs_url=None,
)
problems.install(api)
api.add_router("", router)
