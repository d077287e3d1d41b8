"""What an administrator types: one module a subject, each command one thing done, or one line that says why not."""
