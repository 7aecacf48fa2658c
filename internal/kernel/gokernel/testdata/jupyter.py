"""Runs the cells on standard input in the kernel gokernel, by Jupyter's own client.

Cells are a JSON list of texts; their outputs are printed as a list of objects. A cell that prints
"waits" is interrupted.
"""

import json
import sys

from jupyter_client.manager import start_new_kernel

import ports

manager, client = start_new_kernel(kernel_name="gokernel", startup_timeout=60)
cells = []
for code in json.load(sys.stdin):
    out = {"Printed": {}, "Traceback": []}

    def hook(message):
        content = message["content"]
        if message["msg_type"] == "stream":
            printed = out["Printed"]
            printed[content["name"]] = printed.get(content["name"], "") + content["text"]
            if content["text"] == "waits\n":
                manager.interrupt_kernel()
        elif message["msg_type"] == "error":
            out["Traceback"] = content["traceback"]

    client.execute_interactive(code, timeout=60, output_hook=hook, stop_on_error=False)
    cells.append(out)
client.stop_channels()
manager.shutdown_kernel()
del client, manager
json.dump(cells, sys.stdout)
