"""Charts as static SVG, drawn here: no plotting library, no script, no font from elsewhere.

May import `runner.model` only. Colours and ink are legible on white and on black; where the viewer
says which it is, the ink follows.
"""
