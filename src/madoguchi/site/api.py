"""The one API of the platform: `/api/v1`, OpenAPI, errors as problem+json."""

from ninja import NinjaAPI

from madoguchi import __version__
from madoguchi.apps.businesses import endpoints as businesses
from madoguchi.apps.cases import endpoints as cases
from madoguchi.apps.consents import endpoints as consents
from madoguchi.apps.grants import endpoints as grants
from madoguchi.apps.opendata import endpoints as opendata
from madoguchi.apps.procedures import endpoints as procedures
from madoguchi.apps.registry import endpoints as registry
from madoguchi.core import problems

api = NinjaAPI(
    title="Madoguchi",
    version=__version__,
    description=(
        "Open data: programmes, conditions, corporations, changes; reading needs no key. Once-only: facts about a person or "
        "business for a purpose, for registered systems of organisations. Cases: where an application stands, for the "
        "signed-in applicant."
    ),
    urls_namespace="api-1",
    docs_url=None,
)
problems.install(api)
api.add_router("", opendata.router)  # before the registry: "/programmes.csv" and "/programmes/x.jsonld" are its own
api.add_router("", registry.router)
api.add_router("", businesses.router)
api.add_router("", consents.router)
api.add_router("", procedures.router)
api.add_router("", grants.router)
api.add_router("", cases.router)
