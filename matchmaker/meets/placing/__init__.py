"""These meetings are given: place them all, with the fewest breaks, and say whether fewer can be.

`place.place_given` is the way in; the order of reading is given, contradictions, annealing,
encoding, proving, place. `README.md` beside this file tells the method.
"""
