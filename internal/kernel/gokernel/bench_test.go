package gokernel

import (
	"context"
	"os"
	"slices"
	"testing"
	"time"

	proxy "github.com/cellwrap/cellwrap/internal/kernel"
)

// BenchmarkProxy measures what the proxy adds to a cell: a cell that only the kernel itself runs, in turn
// without and with it, 200 times. It reports the medians, that of the differences included.
func BenchmarkProxy(b *testing.B) {
	b.Setenv(commandEnv, "1")
	ctx, cancel := context.WithCancel(context.Background())
	started := func(session string, run func(file string)) *client {
		at := freePorts(b)
		file := at.write(b)
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			run(file)
		}()
		b.Cleanup(func() { wait(b, ended) })
		return at.dial(b, session)
	}
	alone := started("alone", func(file string) { Run(ctx, file, nil) })
	proxied := started("proxied", func(file string) {
		proxy.Run(ctx, proxy.Options{
			Connection: file, Argv: []string{os.Args[0], file}, Stdout: os.Stdout, Stderr: os.Stderr,
			Cells: longer{},
		})
	})
	b.Cleanup(cancel)
	execute := func(c *client) time.Duration {
		began := time.Now()
		c.reply(c.execute("%env CELLWRAP_BENCHMARK 1"))
		return time.Since(began)
	}
	median := func(list []time.Duration) float64 {
		slices.Sort(list)
		return float64(list[len(list)/2]) / float64(time.Millisecond)
	}
	var plain, added []time.Duration
	for b.Loop() {
		plain, added = nil, nil
		for range 200 {
			without := execute(alone)
			plain, added = append(plain, without), append(added, execute(proxied)-without)
		}
	}
	b.ReportMetric(median(plain), "ms/execute")
	b.ReportMetric(median(added), "ms-added/execute")
}

// longer makes each cell a line longer.
type longer struct{ proxy.Cells }

func (longer) Rewrite(_ context.Context, code string, _ int) (proxy.Cell, error) {
	return proxy.Cell{Code: code + "\n", Changed: true}, nil
}
func (longer) Prepare() (string, error) { return "", nil }
func (longer) Forgets(string) bool      { return false }
