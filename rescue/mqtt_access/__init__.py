"""Who may say and hear what on the MQTT broker: a credential for each lift, gateway, crew's phone and service.

::

    credentials   who has one, in the database; their secrets, derived
    grants        what each kind may publish and subscribe to, as topics
    nats, mosquitto   the same in a broker's own words: a file it reads
    keeper        writes that file anew whenever credentials or the registry change
    broker_log    who was turned away, from the broker's log

The broker alone judges a connection, by its file: so lifts are let in while this service is away (docs/adr/0021).
"""
