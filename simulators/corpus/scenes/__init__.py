"""What happens to lifts and the people in them: each scene is a function that moves one lift through some minutes.

A scene begins and ends with an empty car at a landing, its door shut, in normal service; so scenes follow each other
in any order. Its name is written down beside every message and every truth.
"""
