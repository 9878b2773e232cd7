"""The HTTP API: Flask views over the store of diagnoses. Neither torch nor an upload is ever loaded here.

Whatever is wrong with a request is a problem (RFC 9457), also what gunicorn refuses before Flask sees it (`server`).
`door` judges a request by its head alone: the host, the site it comes from, the key; a body is asked for only when a
view reads it, comes in pieces of 64 KiB that may each take 20 s, and where it is left unread the connection ends with
the answer. gevent gives every slow client a greenlet of its own and no thread.

Where a resource has a page, its view gives `either` that or the JSON; the pages are in `dashboard`.
"""
