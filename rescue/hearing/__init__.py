"""What lifts say on its way in: to the tracker, to the desk if it is news, and to what is kept of it."""
