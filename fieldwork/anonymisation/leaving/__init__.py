"""What leaves the house, looked into: every text of a file, whatever its kind, and where it would tell who somebody is.

Needs parsers of PDF, of pictures and of sound: only children, commands and jobs load it.
"""
