"""The page a course is planned on, and the records only that page keeps."""
