"""What may cross the door of benefits."""
