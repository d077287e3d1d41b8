"""That nothing was changed: signed exports of a case, seals over all cases, and how both are verified."""
