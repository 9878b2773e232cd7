"""What is kept: rows in a database, uploads in a folder."""
