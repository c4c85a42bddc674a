"""Limits of uploads: bytes, files, pixels, parts. Every number that an upload is held against stands here."""

MEBIBYTE = 1024 * 1024
MAX_FILE_BYTES = 10 * MEBIBYTE
MAX_OWNER_BYTES = 50 * MEBIBYTE
MAX_FILES = 20
"""Files of one draft or case."""
CHUNK_BYTES = MEBIBYTE
"""Content is sealed in pieces of this size."""
MAX_NAME_SIGNS = 120
MAX_PIXELS = 50_000_000
MAX_SIDE_PIXELS = 30_000
MAX_ZIP_ENTRIES = 2_000
MAX_ZIP_BYTES = 100 * MEBIBYTE
"""Sum of what the entries of a workbook say they unpack to."""
MAX_ZIP_RATIO = 100
"""How many times bigger an entry of a workbook may be than its packed form (small entries are let pass)."""
MAX_PDF_INFLATED_BYTES = 64 * MEBIBYTE
MAX_TEXT_LINE_SIGNS = 100_000
