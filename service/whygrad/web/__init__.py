"""The HTTP API: Flask views over the store of diagnoses. Neither torch nor an upload is ever loaded here."""
