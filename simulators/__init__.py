"""The city that talks to the service: lifts, crews, companies and callers, by the published interfaces only."""
