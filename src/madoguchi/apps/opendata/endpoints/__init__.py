"""The operations of open data: files, linked data, feeds, sandbox, keys, webhooks. Reading needs no key."""

from ninja import Router

from madoguchi.apps.opendata.endpoints import files, hooks, own_keys, trying

router = Router()
for part in (files, trying, own_keys, hooks):
    router.add_router("", part.router)

__all__ = ["router"]
