"""The database's history: one file per change of app/store/tables.py, run by `tidehall db upgrade`."""
