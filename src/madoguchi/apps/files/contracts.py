"""What may cross the door of files."""
