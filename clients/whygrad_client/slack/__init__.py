"""whygrad in Slack: `/diagnose`, a shortcut on messages, and answers that change while the program is examined.

It is written once and runs in two ways: mounted by `whygrad/front.py`, the one module that knows both the web and a
client, on the route of `web/slack.py`, which checks the signature; or in `whygrad slack`, over Socket Mode. Both ways a
listener asks the service nothing: it opens a form or puts a task into the outbox, a table, and acknowledges, so three
seconds are enough however busy the service is. The sender, a process that `whygrad serve` starts (or `whygrad slack`
itself), takes tasks by lease and reaches the service by its HTTP API like any other client, over loopback where it is
on the same machine: so there is one way to ask, one set of words, and no second path past the door. Where there is no
database of the service, the same table stands in a SQLite file of its own.
"""
