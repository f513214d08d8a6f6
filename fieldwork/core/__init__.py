"""What every room stands on: database, settings, clock, ids, blobs, keys, jobs, audit, accounts, texts."""
