"""The ways out of the platform: each module sends by one provider, `base` says what all of them have in common."""
