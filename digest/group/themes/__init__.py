"""Does an article belong to a theme, and which of its words say so?

| file | answers |
|---|---|
| definition.py | which words speak for a theme, by the editor's definition |
| features.py | which words and pairs of words does a text hold, and how telling is each |
| selecting.py | which articles of an archive are surely of a theme, and which surely not |
| training.py | what else speaks for it, as an archive and the editors' corrections teach |
| model.py | what was learned, as a value and as a file |
| scoring.py | both together: the score and its reasons |
"""

from digest.group.themes.scoring import BELONGS, ThemeScorer, minimum

__all__ = ["BELONGS", "ThemeScorer", "minimum"]
