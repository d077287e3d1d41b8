"""The desk decides: an input and the board in, a decision with its reasons out. No clock, no I/O, no randomness."""
