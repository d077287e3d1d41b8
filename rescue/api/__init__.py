"""The service over HTTP: who may ask what, in which words, and how a decision is answered. Decides nothing of a case."""
