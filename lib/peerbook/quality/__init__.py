"""Data quality: what in the record is wrong or worth a look, who mends it, and what was put off."""
