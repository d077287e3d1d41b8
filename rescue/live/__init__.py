"""What the consoles are told while things happen: cases event by event, lifts as they are now."""
