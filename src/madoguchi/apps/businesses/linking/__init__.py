"""Linking records of other systems to the register: finding candidates in the database, keeping cases."""
