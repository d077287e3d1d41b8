"""Labelled histories of lifts: what the world did, what the service heard of it, and, kept apart, the truth.

Models cars, doors, passengers, sensors, power, controllers and the network. Must not know how anybody judges what it
publishes: it imports nothing of `devices` or `rescue`, and the truth follows from what it does to the people inside.
Everything is drawn from a seed; the same seed gives the same bytes at the same instants.
"""
