"""whygrad in Slack: `/diagnose`, a shortcut on messages, and answers that change while the program is examined.

`listeners` are called by Slack and only acknowledge, open a form, or put a task into the outbox; the `sender` takes
tasks from it, asks the service through the client, and says what came of it. So nothing is lost that was acknowledged,
and the two need not be one process.
"""
