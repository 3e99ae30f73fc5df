"""The course: planning it, recording who came, and hearing what they thought of it."""
