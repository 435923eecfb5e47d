"""Thin doors onto the Assistant: the terminal, HTTP and the browser. They render and route; they decide nothing."""
