"""What an upload is, told by its content alone: kind, cleaned bytes and name, or a refusal.

The browser's media type and the name's extension are never believed. Parsers read headers and structure; nothing is
rendered and no archive is extracted.
"""

from madoguchi.apps.files.inspection.deciding import Inspected, inspect

__all__ = ["Inspected", "inspect"]
