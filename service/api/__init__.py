"""The HTTP interface: it reads and writes rows, and never asks a worker for anything."""
