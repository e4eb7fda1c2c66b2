"""The plain tables of a hall's set-up, drawn by an admin library (starlette-admin) over the parts of the plan.

    door.py     who may come in, and under which cookie; has the rest built when somebody first knocks
    parts.py    a dataclass of the plan as form fields, and back
    plans.py    lists and forms of the plan: each change is a whole new plan, audited and adopted like any hall file
    people.py   who signs in, and the keys of devices
    words.py    what the fields are called

The library and its templates take a quarter of a second to load, so nothing here but door.py is imported at the start
(app/main.py).
"""
