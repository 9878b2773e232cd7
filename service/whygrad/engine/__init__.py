"""The engine: a program goes in, the reason comes out. It knows no HTTP, no database and no queue."""
