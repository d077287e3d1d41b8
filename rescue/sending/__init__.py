"""Effects on their way out: to lifts by MQTT, to companies by webhook, each until it succeeds or its time is over."""
