"""Who goes: which crew should be asked for which callout, and why. Knows nothing of lifts' messages or of cases."""
