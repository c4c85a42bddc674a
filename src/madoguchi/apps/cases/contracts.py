"""What may cross the door of cases."""
