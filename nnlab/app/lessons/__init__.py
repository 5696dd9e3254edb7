"""The page Lessons: the list, a teacher's own lesson, and links of TensorFlow Playground."""
