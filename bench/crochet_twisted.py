"""What crochet and Twisted take for the work of the package's benchmarks.

Prints one line for each, as Go's benchmarks do. Work that is Twisted's runs on the reactor's
thread, as ours does. Ends with status 3 where crochet or Twisted is not installed.
"""

import gc
import os
import statistics
import sys
import time
import tracemalloc

try:
    import crochet
    from twisted.internet import defer, reactor
except ImportError as e:
    print(e, file=sys.stderr)
    sys.exit(3)

OUTSTANDING = 10_000
TIMERS = 100_000
CROWD = 100_000

crochet.setup()


@crochet.run_in_reactor
def answer():
    return 42


def on_reactor(f):
    """Have f, a coroutine function, run on the reactor; the caller waits for it."""
    return crochet.run_in_reactor(lambda: defer.ensureDeferred(f()))().wait(600)


def per_call(n):
    """The time of a function that does something n times."""

    def decorate(f):
        def measure():
            begin = time.perf_counter_ns()
            f(n)
            return (time.perf_counter_ns() - begin) / n

        return measure

    return decorate


def per_call_on_reactor(n):
    def decorate(f):
        async def measure():
            begin = time.perf_counter_ns()
            await f(n)
            return (time.perf_counter_ns() - begin) / n

        return lambda: on_reactor(measure)

    return decorate


@per_call(2_000)
def run_wait(n):
    for _ in range(n):
        assert answer().wait(1) == 42


@per_call(1)
def outstanding(_):
    for e in [answer() for _ in range(OUTSTANDING)]:
        assert e.wait(60) == 42


@per_call_on_reactor(20_000)
async def chain10(n):
    def increment(v):
        return v + 1

    for _ in range(n):
        d = defer.Deferred()
        for _ in range(10):
            d.addCallback(increment)
        d.callback(0)


@per_call_on_reactor(1)
async def call_later(_):
    done = defer.Deferred()
    left = TIMERS

    def called():
        nonlocal left
        left -= 1
        if left == 0:
            done.callback(None)

    for i in range(TIMERS):
        reactor.callLater(i * 7919 % 5000 / 1e6, called)
    await done


@per_call_on_reactor(100_000)
async def await_fired(n):
    for _ in range(n):
        await defer.succeed(42)


@per_call_on_reactor(50_000)
async def await_pending(n):
    """Without the reactor: who fires the Deferred resumes the coroutine."""
    waits = None

    async def body():
        nonlocal waits
        for _ in range(n):
            waits = defer.Deferred()
            await waits

    d = defer.ensureDeferred(body())
    for _ in range(n):
        waits.callback(42)
    await d


@per_call_on_reactor(50_000)
async def switch(n):
    """Each of two coroutines fires what the other awaits, and awaits."""
    waits = None

    async def turns():
        nonlocal waits
        for _ in range(n):
            other, mine = waits, defer.Deferred()
            waits = mine
            if other is not None:
                other.callback(42)
            await mine
        last, waits = waits, None
        if last is not None:
            last.callback(42)

    first = defer.ensureDeferred(turns())
    await defer.ensureDeferred(turns())
    await first


@per_call(2_000)
def run_coroutine_wait(n):
    async def body():
        return 42

    run = crochet.run_in_reactor(lambda: defer.ensureDeferred(body()))
    for _ in range(n):
        assert run().wait(1) == 42


@per_call(1)
def crowd(_):
    fired = defer.Deferred()
    waiting = []

    async def body():
        d = defer.Deferred()
        waiting.append(d)
        return await d

    run = crochet.run_in_reactor(lambda: defer.ensureDeferred(body()))
    results = [run() for _ in range(CROWD)]

    @crochet.run_in_reactor
    def fire():
        for d in waiting:
            d.callback(42)

    fire().wait(60)
    for e in results:
        assert e.wait(60) == 42


@per_call_on_reactor(1)
async def cancel_storm(_):
    """One thread: the front is fired, the back canceled, in turns."""
    left = OUTSTANDING

    def ended(_):
        nonlocal left
        left -= 1

    ds = [defer.Deferred() for _ in range(OUTSTANDING)]
    for d in ds:
        d.addBoth(ended)
    for front, back in zip(ds, reversed(ds)):
        if not front.called:
            front.callback(42)
        back.cancel()
    assert left == 0


def fairness():
    async def measure():
        stopped = False
        late = []

        def busy():
            if not stopped:
                reactor.callFromThread(busy)

        busy()
        for _ in range(500):
            due = time.perf_counter_ns() + 1_000_000
            d = defer.Deferred()
            reactor.callLater(0.001, d.callback, None)
            await d
            late.append(time.perf_counter_ns() - due)
        stopped = True
        return statistics.median(late)

    return on_reactor(measure)


forever = []  # to cancel what is pending would be logged


def bytes_each(start, n):
    gc.collect()
    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()
    held = [start() for _ in range(n)]
    answer().wait(60)
    gc.collect()
    after, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    forever.extend(held)
    return (after - before) / n


def memory_pending():
    return bytes_each(crochet.run_in_reactor(lambda: defer.Deferred()), OUTSTANDING)


def memory_suspended():
    async def body():
        await defer.Deferred()

    return bytes_each(crochet.run_in_reactor(lambda: defer.ensureDeferred(body())), OUTSTANDING)


if __name__ == "__main__":
    for f in (
        "run_wait outstanding chain10 call_later await_fired await_pending switch run_coroutine_wait "
        "crowd cancel_storm fairness memory_pending memory_suspended"
    ).split():
        unit = "bytes/piece" if f.startswith("memory") else "ns/op"
        print(f"BenchmarkPython/{f} 1 {globals()[f]():.0f} {unit}", flush=True)
    os._exit(0)  # an interpreter that ends trips over crochet's pending results
