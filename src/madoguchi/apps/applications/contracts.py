"""What may cross the door of applications."""
