"""Checks over records: pure functions from values to findings, and a runner that keeps what they find."""
