"""The whole product, a file per stage. Stages meet only in the database."""
