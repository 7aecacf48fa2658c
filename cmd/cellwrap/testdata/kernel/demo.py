"""Runs cells by a real Jupyter client in the kernel that JUPYTER_DATA_DIR has as "demo", and compares what comes of
them: the text of standard output, or what a line of an error says.
"""
import os, re, sys, time

sys.path.insert(0, os.environ["CLIENT"])
from jupyter import Session, gone, of_type, text

RUNS = os.path.join(os.environ["TMPDIR"], "runs")

CELLS = [
    # The ancestor's demo.
    ("%load_ext twisted_ipython", r""),
    ("%reactor_config show", r"timeout=60\n"),
    ('import (\n\t"time"\n\n\t"github.com/cellwrap/cellwrap/reactor"\n)\n\n// Shout is loud.\ntype Shout string\n\n// wakeUp shouts.\n'
     'func wakeUp(struct{}) (Shout, error) { return "I HAVE AWAKENED!", nil }\n\n'
     'func sleep(d time.Duration) *reactor.Deferred[struct{}] { return reactor.Sleep(d) }', r""),
    ('%%run_in_reactor result\n\nfmt.Println("Going to sleep...")\nd := sleep(300 * time.Millisecond)\nreturn reactor.Then(d, wakeUp)', r""),
    ("fmt.Println(result.Wait(10 * time.Second))", r"I HAVE AWAKENED! <nil>\n"),
    ("result.Output()", r"Going to sleep...\n\n"),
    ("shout := await result\nshout", r"I HAVE AWAKENED!\n"),
    ("%reactor_config timeout 0.05", r"timeout=0.05\n"),
    ("await sleep(time.Hour)", ("stderr", r"reactor: timed out\n")),
    ("%reactor_config reset", r"timeout=60\n"),
    # The body runs once, however many cells there are.
    (f'%%run_in_reactor counted\nf, err := os.OpenFile("{RUNS}", os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)\n'
     'if err != nil {\n\treturn 0, err\n}\n_, err = fmt.Fprintln(f, "ran")\nreturn 7, errors.Join(err, f.Close())', r""),
    ("await counted", r"7\n"),
    ("fmt.Println(counted.Wait(time.Second))", r"7 <nil>\n"),
    # Errors keep their kind, and panics their stack.
    ("%%run_in_reactor bad\nvar m map[string]int\nm[\"x\"] = 1", r""),
    ("_, err := bad.Wait(time.Second)\nvar p *reactor.PanicError\nfmt.Println(errors.As(err, &p), len(p.Stack) > 0, err)",
     r"true true reactor: panic: assignment to entry in nil map\n"),
    ("%%run_in_reactor slow\nawait sleep(time.Hour)", r""),
    ("fmt.Println(slow.Wait(10 * time.Millisecond))", r"\{\} reactor: timed out\n"),
    ("slow.Cancel()\n_, err := slow.Wait(10 * time.Second)\nfmt.Println(errors.Is(err, reactor.ErrCanceled))", r"true\n"),
    # Run again, it replaces.
    ("%%run_in_reactor slow\nreturn 42", r""),
    ("await slow", r"42\n"),
    # What is wrong is said at the user's line, and never gets to the kernel.
    ("%%run_in_reactor wrong\nx := 1\n\nreturn x + nothing", ("error", r"cell \d+:4:12: undefined: nothing\nreturn x \+ nothing\n           \^")),
    ("%%run_in_reactor 4x\n", ("error", r"cell \d+:1:18: the variable's name is not a Go identifier: 4x")),
    # What only the kernel finds is at the user's line too.
    ("x := 1\n\nfmt.Println(x.y)", ("anything", r"(?s).*Line 3.*")),
    ("%%run_in_reactor?", r"(?s)%%run_in_reactor \[name\]\n.*"),
    ("%%\nfmt.Println(\"the kernel's own\")", r"the kernel's own\n"),
]


def main():
    failed = False
    with Session("demo") as s:
        for code, want in CELLS:
            began = time.time()
            reply, published = s.run(code)
            if isinstance(want, tuple):
                got = "\n".join("\n".join(e["traceback"]) for e in of_type(published, "error"))
                if want[0] == "stderr":
                    got = text(published, "stderr")
                elif want[0] == "anything":
                    got += text(published) + str(of_type(published, "display_data"))
                ok = reply["status"] == "error" and re.match(want[1], got)
            else:
                got = text(published)
                ok = re.fullmatch(want, got)
            print(f"{'ok' if ok else 'FAIL'} {time.time() - began:.2f}s {code!r}", flush=True)
            if not ok:
                failed = True
                print(f"got {got!r}\nstderr {text(published, 'stderr')!r}\nreply {reply}", flush=True)
        if open(RUNS).read() != "ran\n":
            failed = True
            print("FAIL the body ran more than once")
        # At the end nothing is left, of what runs even.
        reply, published = s.run("%%run_in_reactor left\ntime.Sleep(time.Hour)")
        reply, published = s.run("!ls -A $GONB_TMP_DIR/.cellwrap | wc -l; echo $GONB_TMP_DIR")
        sessions, where = text(published).split()
        if int(sessions) < 5:
            failed = True
            print("FAIL sessions", sessions)
        pids = {int(p) for p in os.listdir("/proc") if p.isdigit() and belongs(p, where)}
        if len(pids) < 10:
            failed = True
            print("FAIL processes", pids)
    for pid in pids:
        if not gone(pid):
            failed = True
            print("FAIL left", pid)
    sys.exit(failed)


def belongs(pid, where):
    """Reports whether a process is one of a cell's of the kernel in a directory."""
    try:
        return f"GONB_TMP_DIR={where}\0".encode() in open(f"/proc/{pid}/environ", "rb").read()
    except OSError:
        return False


main()
