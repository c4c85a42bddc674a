"""A local service that behaves like the providers of LINE and SMS where it matters: for trials, tests and measuring.

It knows keys for a day, refuses too many calls, fails, loses answers, is slow and sends receipts; it counts what really
reached people. It sends nothing anywhere else and uses neither Django nor the database.
"""
