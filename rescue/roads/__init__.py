"""The roads a centre has: what an administrator does to them, what the service makes of them, what a check says.

    following    the travel times of the running service, which follow files and hour     shell
    works        import, close, open again                                                shell
    learning     what real arrivals teach those times                                     shell
    findings     what `rescue check` says of them                                         shell

How ways are found is `dispatch/roads`.
"""
