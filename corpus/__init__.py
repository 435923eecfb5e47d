"""What the articles say and where they came from; no models, no vectors."""
