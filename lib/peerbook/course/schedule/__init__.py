"""When a course meets, and what follows when a day moves."""
