"""The web front end: one module a page, events become components.

Gradio reports its use to its makers unless told otherwise, and reads that wish when it is imported and whenever a page
is built. This package is the only one that imports it, so the wish stands here, ahead of every such import.
"""

import os

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
