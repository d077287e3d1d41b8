"""Who watches the watchman: the auditor, the switch outside, health, figures, and `rescue check`."""
