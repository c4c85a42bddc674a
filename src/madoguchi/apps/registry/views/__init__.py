"""Pages of the registry: `public` for residents, `finder`, `desk` for staff."""
