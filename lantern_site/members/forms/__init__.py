"""Text from people, turned into typed values."""
