"""Makes the demo's recordings and the demonstration Whisper checkpoint that knows their sentences."""
