"""What may cross the door of grants."""
