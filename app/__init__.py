"""The hall and everything that keeps it running.

No plugin of pydantic is wanted, and looking for one reads the metadata of every installed package: 30 ms at each start.
"""

import os

os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
