"""Writes the OpenAPI document that is committed as docs/openapi.json."""

import json
from typing import Any

from django.core.management.base import BaseCommand

from madoguchi.site.api import api


class Command(BaseCommand):
    """`madoguchi openapi > docs/openapi.json`."""

    help = "Print the API's OpenAPI document."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(json.dumps(api.get_openapi_schema(), ensure_ascii=False, indent=1))
