"""Recruitment: from the first enquiry to taking part."""
