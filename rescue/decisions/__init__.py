"""The desk's decisions: what each rested on is kept, so that it can be decided again."""
