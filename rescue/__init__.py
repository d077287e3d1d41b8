"""The case, from the first sign of trapped people until they are out and called back."""
