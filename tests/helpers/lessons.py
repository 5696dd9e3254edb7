"""Lessons for tests: short ones, and parts to build faulty ones from."""

from nnlab.lessons.lesson import Lesson
from nnlab.lessons.reading import read

HEAD = """+++
title = "A line cannot bend"
minutes = 5
level = "beginner"
language = "en"
controls = ["features", "learning_rate"]
+++
"""
SETTINGS = """```settings
hidden_layers = []
samples = 50
iterations = 200
```
"""
QUESTION = """```question
What can a line do?
- [ ] Everything. -> It cannot bend.
- [x] Half of it. -> One side is orange.
```
"""
GOAL = """```goal
test_loss < 0.5, 0.3, 0.2
hidden_layers == 0
```
"""
SOLUTION = """```solution
features = ["x1^2", "x2^2"]
learning_rate = 10.0
```
"""
STEP = f"## One\n\nSome text.\n\n{SETTINGS}"


def lesson_of(text: str, head: str = HEAD) -> Lesson:
    """Read a lesson from its steps."""
    return read(head + text, "sample.md")
