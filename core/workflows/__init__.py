"""One function a job: told its ports, free of SQL and HTTP."""
