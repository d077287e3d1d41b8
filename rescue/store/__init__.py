"""The durable side of the desk: PostgreSQL, and its twin in memory for simulation.

Both hold to tests/contract. The store decides nothing about cases; it refuses what would break an invariant.
"""
