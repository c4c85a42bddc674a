"""Django's PostgreSQL back end with parameters bound on the server, so that it keeps plans for a connection."""
