"""What is answered, for the specification: a resource a file."""
