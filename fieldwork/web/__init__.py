"""What every page stands on: sessions, sign-in, the registry of pages with their policies, languages, assets."""
