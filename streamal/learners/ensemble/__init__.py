"""The preset `ensemble`: learners of different families, mixed by what they said of labels."""
