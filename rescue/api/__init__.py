"""The service over HTTP: who may ask what, in which words, and how a decision is answered. It decides no case."""
