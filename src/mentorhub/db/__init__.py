from mentorhub.db.sqlite_library import count_no_memory

# Before any module here imports sqlite3, which puts the library to use.
count_no_memory()
