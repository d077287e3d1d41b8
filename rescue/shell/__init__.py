"""The shell around the desk: what waits, one decision after the other, and what becomes of those that fail."""
