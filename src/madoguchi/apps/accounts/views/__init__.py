"""Pages of the accounts room: signing in and out, providers, sessions."""
