"""What lifts say, and whether anyone is trapped. Knows nothing of crews, cases or databases."""
