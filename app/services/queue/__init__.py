"""The queue: what is asked for in a browser becomes a run that waits, and a process of its own takes it up.

Nothing long runs where requests are answered. The row of the run and what is asked are committed together; how a
process comes to take it up is the matter of `starting` alone.
"""

from app.services.queue.enqueuing import enqueue
from app.services.queue.importing import queue_import
from app.services.queue.scripting import queue_resume, queue_script
from app.services.queue.undoing import queue_undo

__all__ = ["enqueue", "queue_import", "queue_resume", "queue_script", "queue_undo"]
