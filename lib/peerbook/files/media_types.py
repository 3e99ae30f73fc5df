"""What kinds of file browsers are told they get."""

CALENDAR = "text/calendar"
CSV = "text/csv"
DOCUMENT = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
PDF = "application/pdf"
WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ZIP = "application/zip"
