"""What was found, as pages and pictures that people forward.

Owns how figures and links look. Knows nothing of how they were found. No picture holds a script, and none a whole
number unless somebody asked for it.
"""
