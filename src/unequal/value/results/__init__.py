"""What a forecast found, from arrays to tables."""
