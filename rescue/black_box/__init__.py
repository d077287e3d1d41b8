"""The last minutes of every lift: recorded, stored with its case, and decided again."""
