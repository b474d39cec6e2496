"""Connections between exactly two peers of a channel."""
