"""What may cross the door of procedures."""
