"""How words and meaning share in the score of a hit, for every engine alike. Pure.

score = keyword score / best keyword score of the query + weight of meaning x cosine
"""

# The fewer words, the less they tell: one word is held by all that compete, and how often or in
# how short a text says little of what a thing is. Measured on the labelled queries: one word
# gains by three times the weight, five lose.
_GAIN_OF_ONE_WORD = 2.5

# What lacks some of the words and is no kin in meaning either shares a word by chance: 'tire'
# found grinders whose motor hardly tires. Its words count half, where the engine knows every
# cosine: a server tells those of the nearest only.
STRANGE = 0.5


def weight_of_meaning(asked: float, words: int) -> float:
    """What the cosine counts for a document that holds some of so many words asked for.

    `asked` is the query's own weight, which also holds for documents without any of the words:
    the gain orders what a word found, it lifts nothing above it.
    """
    return asked * (1 + _GAIN_OF_ONE_WORD / words**2) if words else asked


def words_to_be_related(words: int) -> int:
    """How many of so many words a document must hold to compete with those that hold all.

    A third: who describes a thing in eight words hits two or three of its text. Against half it
    found a tenth more of what was asked for by words alone; fewer yet brings noise to the top.
    """
    return max(1, -(-words // 3))
