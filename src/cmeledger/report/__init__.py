"""Values in, text or JSON out. Nothing here opens a file."""
