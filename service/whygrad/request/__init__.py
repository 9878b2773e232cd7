"""What a request for a diagnosis may say, and what is wrong with one: the same for the web and for a client."""
