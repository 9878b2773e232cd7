"""The clients of a whygrad service: Python, command line."""
