"""schedule.yaml, the editor's file: text to checked values."""
