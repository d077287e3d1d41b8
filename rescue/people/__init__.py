"""Who somebody is to us, what of people may be shown and for how long, and who saw it."""
