"""The languages of detection rules, one reader each: a file's text in, its detections over audit events out."""
