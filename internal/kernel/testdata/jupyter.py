"""Drives kernels through the proxy by a real Jupyter client, and says of each check how it went.

The kernels are called "plain" and "proxied", which is the same with the proxy in front. The proxy of the
test rewrites a cell that begins with %%rewrite to one that prints REWRITTEN, refuses one that begins
with %%refuse, and knows a magic called %rewrite.

A kernel takes a second to start. So the checks that leave it as they found it share one, one after the
other, and each other check has its own; these run beside each other.
"""
import concurrent.futures, functools, os, queue, signal, sys, time, traceback, unittest
from jupyter_client.manager import KernelManager
import ports

TIMEOUT = 60


SHARED = []


def shared(check):
    """Marks a check that leaves the kernel as it found it: a kernel that others of the kind have used is its argument."""
    SHARED.append(check)
    return check


class Session:
    def __init__(self, kernel="proxied"):
        self.manager = KernelManager(kernel_name=kernel)
        self.manager.start_kernel()
        self.client = self.connect()

    def connect(self, **options):
        client = self.manager.client(**options)
        client.start_channels()
        client.wait_for_ready(timeout=TIMEOUT)
        hear(client)
        return client

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.client.stop_channels()
        if self.manager.is_alive():
            self.manager.shutdown_kernel(now=False)

    def run(self, code, client=None, **options):
        """Executes code, and returns its reply and what was published about it."""
        client = client or self.client
        return self.outcome(client.execute(code, **options), client)

    def outcome(self, id, client=None):
        client = client or self.client
        published = []
        while True:
            m = client.get_iopub_msg(timeout=TIMEOUT)
            if m["parent_header"].get("msg_id") == id:
                published.append(m)
                if m["msg_type"] == "status" and m["content"]["execution_state"] == "idle":
                    break
        return self.reply(id, client), published

    def reply(self, id, client=None):
        """Returns the content of the reply to a request."""
        while True:
            m = (client or self.client).get_shell_msg(timeout=TIMEOUT)
            if m["parent_header"].get("msg_id") == id:
                return m["content"]


def hear(client):
    """Waits until a client hears what is published: a subscription is not answered."""
    end = time.monotonic() + TIMEOUT
    while time.monotonic() < end:
        client.kernel_info()
        try:
            client.get_iopub_msg(timeout=0.1)
            return
        except queue.Empty:
            pass
    raise TimeoutError("nothing is published")


def text(published, name="stdout"):
    return "".join(m["content"]["text"] for m in published if m["msg_type"] == "stream" and m["content"]["name"] == name)


def of_type(published, kind):
    return [m["content"] for m in published if m["msg_type"] == kind]


def ancestry(pid):
    """Returns the processes whose parent is pid."""
    found = []
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                stat = open(f"/proc/{entry}/stat").read()
            except OSError:
                continue
            # The shell ends the kernel's processes when the proxy is killed.
            if int(stat.rsplit(")", 1)[1].split()[1]) == pid and "(sh)" not in stat:
                found.append(int(entry))
    return found


def gone(pid):
    """Waits for a process to end."""
    for _ in range(int(TIMEOUT / 0.02)):
        try:
            stat = open(f"/proc/{pid}/stat").read().rsplit(")", 1)[1].split()
            if stat[0] == "Z" and int(stat[17]) <= 1:  # with threads left it cannot be waited for yet
                return True
        except OSError:
            return True
        time.sleep(0.02)
    return False


def pid_of(manager):
    return manager.provisioner.process.pid


@shared
def check_rewrite(s):
    """A rewritten cell runs as what it became, and the client sees what the user wrote."""
    s.run("x = 40")
    reply, published = s.run("%%rewrite x\nignored")
    assert reply["status"] == "ok", reply
    assert text(published) == "a note\nREWRITTEN x\n", published
    assert of_type(published, "execute_input")[0]["code"] == "%%rewrite x\nignored", published
    assert text(published, "stderr") == "a warning\n", published
    states = [c["execution_state"] for c in of_type(published, "status")]
    assert states == ["busy", "idle"], states


@shared
def check_prepared_once(s):
    """What the proxy has the kernel do before the first rewritten cell is done once, and nobody sees it."""
    for _ in range(3):
        s.run("%%rewrite x")
    reply, published = s.run("print(prepared)")
    assert text(published) == "1\n", published


@shared
def check_refuse(s):
    """A refused cell is an error of the protocol, never reaches the kernel, and aborts what is queued after it."""
    reply, published = s.run("%%refuse\nprint('never')")
    assert reply["status"] == "error" and reply["ename"] == "Refused", reply
    assert [m["msg_type"] for m in published] == ["status", "execute_input", "error", "status"], published
    assert of_type(published, "error")[0]["traceback"] == ["cell:1:3: refused", "%%refuse", "  ^"], published
    reply, published = s.run("print('on')")
    assert text(published) == "on\n"
    ids = [s.client.execute(code, allow_stdin=True) for code in ["input()", "%%refuse", "print('aborted')"]]
    s.client.get_stdin_msg(timeout=TIMEOUT)
    s.client.input("the first goes on")
    outcomes = {}
    while len(outcomes) < 3:
        m = s.client.get_shell_msg(timeout=TIMEOUT)
        if m["parent_header"]["msg_id"] in ids:
            outcomes[m["parent_header"]["msg_id"]] = m["content"]["status"]
    assert list(outcomes.items()) == list(zip(ids, ["ok", "error", "aborted"])), outcomes
    reply, published = s.run("%%refuse", stop_on_error=False, store_history=False)
    assert reply["status"] == "error", reply
    reply, published = s.run("%%refuse", silent=True)
    assert of_type(published, "error") == [], published


@shared
def check_answers(s):
    """Help and completions for our magics are ours; the kernel's own are still there."""
    reply = s.reply(s.client.inspect("%%rewrite x", 4))
    assert reply["found"] and reply["data"]["text/plain"] == "help of rewrite", reply
    reply = s.reply(s.client.inspect("print", 3))
    assert reply["found"] and "print" in reply["data"]["text/plain"], reply
    reply = s.reply(s.client.complete("é = 1\n%re", 9))
    assert reply["matches"][0] == "%rewrite" and (reply["cursor_start"], reply["cursor_end"]) == (6, 9), reply
    reply = s.reply(s.client.complete("impor", 5))
    assert "import" in reply["matches"], reply
    reply = s.reply(s.client.is_complete("%%rewrite {"))
    assert reply["status"] == "incomplete", reply
    reply = s.reply(s.client.is_complete("print(1)"))
    assert reply["status"] == "complete", reply


@shared
def check_stdin(s):
    """A cell asks the one who runs it for input."""
    id = s.client.execute("print('got', input('? '))", allow_stdin=True)
    request = s.client.get_stdin_msg(timeout=TIMEOUT)
    assert request["content"]["prompt"] == "? ", request
    s.client.input("an answer")
    reply, published = s.outcome(id)
    assert text(published) == "got an answer\n", published


def interrupt(s):
    id = s.client.execute("import time\nprint('begun', flush=True)\ntime.sleep(600)")
    while True:
        m = s.client.get_iopub_msg(timeout=TIMEOUT)
        if m["msg_type"] == "stream" and "begun" in m["content"]["text"]:
            break
    s.manager.interrupt_kernel()
    reply = s.reply(id)
    assert reply["status"] == "error" and reply["ename"] == "KeyboardInterrupt", reply
    alive(s)


def alive(s):
    """Runs a cell after one that failed."""
    reply = {"status": "aborted"}
    while reply["status"] == "aborted":  # by ipykernel, for a moment, with whatever comes next
        reply, published = s.run("print('alive')")
    assert text(published) == "alive\n", published


@shared
def check_interrupt_by_signal(s):
    interrupt(s)


def check_interrupt_by_message():
    with Session("proxied-message") as s:
        interrupt(s)


def check_interrupt_of_the_proxy():
    """An interrupt that only the proxy's process gets is the kernel's and its children's, too."""
    with Session() as s:
        id = s.client.execute("import subprocess\nprint('begun', flush=True)\nprint(subprocess.run(['sleep', '600']))")
        while True:
            m = s.client.get_iopub_msg(timeout=TIMEOUT)
            if m["msg_type"] == "stream" and "begun" in m["content"]["text"]:
                break
        os.kill(pid_of(s.manager), signal.SIGINT)
        reply = s.reply(id)
        assert reply["status"] == "error" and reply["ename"] == "KeyboardInterrupt", reply
        alive(s)


def rewriting(s):
    """A cell that is being rewritten holds up no questions, and is interrupted at once, with those that wait for it."""
    s.run("print('prepared')")
    reply, published = s.run("%%rewritten")
    before = int(text(published))
    ids = [s.client.execute(code) for code in ("%%slow", "print('aborted')")]
    assert s.reply(s.client.kernel_info())["status"] == "ok"
    assert "import" in s.reply(s.client.complete("impor", 5))["matches"]
    assert s.reply(s.client.inspect("print", 3))["found"]
    assert s.reply(s.client.is_complete("print(1)"))["status"] == "complete"
    began = time.monotonic()
    s.manager.interrupt_kernel()
    reply = s.reply(ids[0])
    took = time.monotonic() - began
    assert reply["status"] == "error" and reply["ename"] == "KeyboardInterrupt", reply
    assert took < 1, took
    assert s.reply(ids[1])["status"] == "aborted"
    reply, published = s.run("%%rewritten")  # nothing is left of it
    assert text(published) == f"{before + 1}\n", (before, published)


@shared
def check_rewriting_interrupted_by_signal(s):
    rewriting(s)


def check_rewriting_interrupted_by_message():
    with Session("proxied-message") as s:
        rewriting(s)


@shared
def check_abort(s):
    """A cell that fails aborts those that have not been rewritten yet, as the kernel does those that it has."""
    ids = [s.client.execute(code, allow_stdin=True) for code in ("input(); 1 / 0", "%%slow")]
    s.client.get_stdin_msg(timeout=TIMEOUT)
    s.client.input("go on")
    statuses = [s.reply(id)["status"] for id in ids]
    assert statuses == ["error", "aborted"], statuses
    alive(s)


@shared
def check_numbers(s):
    """Each of several cells that come at once is rewritten with its own number; what gets no number has that of the next."""
    reply, published = s.run("pass")
    number = reply["execution_count"]
    cells = [("%%number", True), ("%%number", True), ("%%number", False), ("%%number", True)]
    ids = [s.client.execute(code, store_history=store) for code, store in cells]
    numbers = []
    for id in ids:
        published = []
        while not of_type(published, "stream"):
            m = s.client.get_iopub_msg(timeout=TIMEOUT)
            if m["parent_header"].get("msg_id") == id:
                published.append(m)
        numbers.append(int(text(published)))
    assert numbers == [number + n for n in (1, 2, 3, 3)], (number, numbers)
    for id in ids:
        s.reply(id)


def check_restart():
    """After a restart nothing is left of the state, and the client goes on."""
    with Session() as s:
        s.run("x = 1")
        s.manager.restart_kernel(now=False)
        s.client.wait_for_ready(timeout=TIMEOUT)
        hear(s.client)
        reply, published = s.run("print('x' in globals())")
        assert text(published) == "False\n", published
        reply, published = s.run("%%rewrite again")
        assert "REWRITTEN again" in text(published), published


def check_crash_of_kernel():
    """When the kernel dies the proxy ends with its status, as Jupyter has to learn."""
    with Session() as s:
        s.client.execute("import os; os._exit(7)")
        pid = pid_of(s.manager)
        assert gone(pid), "the proxy lives on"
        assert not s.manager.is_alive()
        assert s.manager.provisioner.process.poll() == 7, s.manager.provisioner.process.poll()


def check_crash_of_proxy():
    """When the proxy is killed the kernel goes with it."""
    with Session() as s:
        proxy = pid_of(s.manager)
        kernels = ancestry(proxy)
        assert len(kernels) == 1, kernels
        os.kill(proxy, signal.SIGKILL)
        assert gone(kernels[0]), "the kernel lives on"


def check_children():
    """What the kernel has started ends with it, however it ends: by itself, or when the proxy is killed."""
    for end in ("kernel", "proxy"):
        with Session() as s:
            reply, published = s.run("import os, subprocess; print(subprocess.Popen(['sleep', '600']).pid)")
            child = int(text(published))
            proxy = pid_of(s.manager)
            if end == "kernel":
                s.client.execute("os._exit(0)")
            else:
                os.kill(proxy, signal.SIGKILL)
            assert gone(proxy), "the proxy lives on"
            assert gone(child), f"the child lives on after the {end}"


def check_terminate():
    """SIGTERM to the proxy ends both."""
    with Session() as s:
        proxy = pid_of(s.manager)
        kernel = ancestry(proxy)[0]
        os.kill(proxy, signal.SIGTERM)
        assert gone(kernel) and gone(proxy)


def check_shutdown():
    """Shutting down is answered, and leaves neither a process nor a file."""
    s = Session()
    proxy = pid_of(s.manager)

    def private():
        return [f for f in os.listdir(os.environ["TMPDIR"]) if f.startswith(f"cellwrap-kernel-{proxy}-")]
    assert len(private()) == 1, private()
    kernel = ancestry(proxy)[0]
    s.client.shutdown()
    reply = s.client.get_control_msg(timeout=TIMEOUT)
    assert reply["msg_type"] == "shutdown_reply", reply
    assert gone(kernel) and gone(proxy)
    s.client.stop_channels()
    assert private() == [], private()


@shared
def check_large_output(s):
    """10 MB arrive whole."""
    reply, published = s.run("print('x' * 10_000_000)")
    assert len(text(published)) == 10_000_001, len(text(published))


@shared
def check_two_clients(s):
    """Each gets its own replies, and both see what is published. Two of one manager number their
    requests alike, unless they are given sessions of their own."""
    from jupyter_client.session import Session as ClientSession
    for own in [{}, {"session": ClientSession(key=s.client.session.key)}]:
        other = s.connect(**own)
        try:
            ids = [(c, c.execute(f"print('{n}')")) for n in range(20) for c in (s.client, other)]
            for client, id in ids:
                reply, published = s.outcome(id, client)
                assert reply["status"] == "ok", reply
        finally:
            other.stop_channels()


@shared
def check_comms(s):
    """Comm messages pass both ways."""
    s.run("from ipykernel.comm import Comm\n"
          "def opened(comm, msg):\n"
          "    comm.on_msg(lambda m: comm.send({'back': m['content']['data']}))\n"
          "get_ipython().kernel.comm_manager.register_target('echo', opened)")
    session = s.client.session
    for kind, data in [("comm_open", {}), ("comm_msg", {"n": 1})]:
        s.client.shell_channel.send(session.msg(kind, {"comm_id": "c1", "target_name": "echo", "data": data}))
    while True:
        m = s.client.get_iopub_msg(timeout=TIMEOUT)
        if m["msg_type"] == "comm_msg":
            assert m["content"]["data"] == {"back": {"n": 1}}, m
            break


@shared
def check_wrong_key(s):
    """What is signed with another key runs nowhere, and harms nobody."""
    import zmq
    context = zmq.Context.instance()
    session = type(s.client.session)(key=b"another key")
    socket = context.socket(zmq.DEALER)
    socket.linger = 0
    socket.connect(s.client._make_url("shell"))
    session.send(socket, "execute_request", {"code": "%%rewrite bad", "silent": False})
    session.send(socket, "execute_request", {"code": "bad = 1", "silent": False})
    reply, published = s.run("print('bad' in globals())")
    assert text(published) == "False\n", published
    socket.close()


@shared
def check_malformed(s):
    """Frames that are no message, and signed messages that make no sense, harm nobody."""
    import zmq
    context = zmq.Context.instance()
    for channel in ("shell", "control", "stdin", "hb"):
        socket = context.socket(zmq.DEALER)
        socket.linger = 0
        socket.connect(s.client._make_url(channel))
        for frames in [[b""], [b"<IDS|MSG>"], [b"x", b"<IDS|MSG>", b"", b"{", b"{", b"{", b"{"],
                       [b"<IDS|MSG>", b"sig", b"null", b"[]", b"1", b"\xff"], [b"\x00" * 100_000]]:
            socket.send_multipart(frames)
        socket.close()
    session = s.client.session
    for content in ({}, {"code": 3}, {"code": None, "silent": "x"}):
        s.client.shell_channel.send(session.msg("execute_request", content))
        s.client.shell_channel.send(session.msg("complete_request", content))
        s.client.shell_channel.send(session.msg("inspect_request", content))
        s.client.shell_channel.send(session.msg("is_complete_request", content))
    for cursor in (-5, 10**9):
        s.client.shell_channel.send(session.msg("complete_request", {"code": "%re", "cursor_pos": cursor}))
        s.client.shell_channel.send(session.msg("inspect_request", {"code": "%re", "cursor_pos": cursor}))
    reply, published = s.run("print('alive')")
    assert text(published) == "alive\n", published


def check_nbclient():
    """nbclient runs a notebook, and stops at the cell that is refused."""
    import nbformat
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError
    v = nbformat.v4
    book = v.new_notebook(cells=[v.new_code_cell(c) for c in ("x = 40", "%%rewrite x", "x + 2", "%%refuse", "print('never')")])
    try:
        NotebookClient(book, timeout=TIMEOUT, kernel_name="proxied").execute()
    except CellExecutionError as e:
        assert e.ename == "Refused", e
    else:
        raise AssertionError("no error")
    outputs = [c["outputs"] for c in book.cells]
    assert "".join(o["text"] for o in outputs[1] if o["name"] == "stdout") == "a note\nREWRITTEN x\n", outputs[1]
    assert outputs[2][0]["data"]["text/plain"] == "42", outputs[2]
    assert outputs[3][0]["ename"] == "Refused" and outputs[4] == [], outputs


@shared
def check_heartbeat(s):
    """What is sent to the heartbeat comes back."""
    import zmq
    socket = zmq.Context.instance().socket(zmq.REQ)
    socket.linger = 0
    socket.connect(s.client._make_url("hb"))
    try:
        for ping in (b"ping", b"", b"x" * 1000):
            socket.send(ping)
            assert socket.poll(TIMEOUT * 1000), "no answer"
            assert socket.recv() == ping
    finally:
        socket.close()


def check_same_verdicts():
    """Debian's jupyter_kernel_test says the same with and without the proxy."""
    import jupyter_kernel_test

    def verdict(kernel):
        class Tests(jupyter_kernel_test.KernelTests):
            kernel_name = kernel
            language_name = "python"
            file_extension = ".py"
            code_hello_world = "print('hello, world')"
            code_stderr = "import sys; print('test', file=sys.stderr)"
            completion_samples = [{"text": "zi", "matches": {"zip"}}]
            complete_code_samples = ["1", "print('hello')"]
            incomplete_code_samples = ["print('''hello"]
            invalid_code_samples = ["import = 7q"]
            code_page_something = "zip?"
            code_generate_error = "raise"
            code_execute_result = [{"code": "1+2+3", "result": "6"}]
            code_display_data = [{"code": "from IPython.display import HTML, display; display(HTML('<b>test</b>'))", "mime": "text/html"}]
            code_inspect_sample = "zip"
            code_clear_output = "from IPython.display import clear_output; clear_output()"
        result = unittest.TestResult()
        unittest.defaultTestLoader.loadTestsFromTestCase(Tests).run(result)
        bad = sorted(t.id().rsplit(".", 1)[-1] for t, _ in result.failures + result.errors)
        return result.testsRun, bad, sorted(t.id().rsplit(".", 1)[-1] for t, _ in result.skipped)

    with concurrent.futures.ThreadPoolExecutor() as pool:
        plain, forwarded = pool.map(verdict, ("plain", "forwarded"))
    assert plain == forwarded, (plain, forwarded)
    assert plain[0] >= 10, plain


def run(check, *args):
    """Runs a check, says how it went, and returns whether it failed."""
    begin = time.time()
    try:
        check(*args)
    except Exception:
        print(f"FAIL {check.__name__}\n{traceback.format_exc()}", end="", flush=True)
        return True
    print(f"ok {check.__name__} {time.time() - begin:.1f}s\n", end="", flush=True)
    return False


def run_shared(checks):
    """Runs checks in one kernel, until one fails: what comes after it may fail for the same reason."""
    with Session() as s:
        return any(run(check, s) for check in checks)


def main(only):
    checks = [c for name, c in globals().items() if name.startswith("check_") and (not only or name in only)]
    with_shared = [c for c in checks if c in SHARED]
    jobs = [functools.partial(run, c) for c in reversed(checks) if c not in SHARED]
    if with_shared:
        jobs.insert(1, functools.partial(run_shared, with_shared))
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        results = [pool.submit(job) for job in jobs]
    sys.exit(any([r.result() for r in results]))


if __name__ == "__main__":
    main(sys.argv[1:])
