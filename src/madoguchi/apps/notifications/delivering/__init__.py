"""The worker's part of the outbox: claim, decide, hand over, write down. See docs/notifications.md."""
