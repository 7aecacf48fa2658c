package ports

import (
	"net"
	"runtime"
	"slices"
	"strconv"
	"sync"
	"testing"
)

// Whoever is told a reserved port can listen on it, and while it is reserved nobody else is told it.
func TestReserve(t *testing.T) {
	ports, release, err := Reserve(5)
	if err != nil {
		t.Fatal(err)
	}
	defer release()
	for _, port := range ports {
		l, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
		if err != nil {
			t.Fatalf("a reserved port: %v", err)
		}
		conn, err := net.Dial("tcp", l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		conn.Close()
		if let, err := hold(port); err == nil {
			let()
			t.Errorf("port %d is listened on, and held", port)
		}
		l.Close()
	}
}

func TestReservedTwice(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("ports cannot be held here")
	}
	const size = 800 // of some 20,000: without holding, two would be the same
	var wg sync.WaitGroup
	all := make([][]int, 4)
	for i := range all {
		wg.Go(func() {
			ports, release, err := Reserve(size / len(all))
			if err != nil {
				t.Error(err)
				return
			}
			t.Cleanup(release)
			all[i] = ports
		})
	}
	wg.Wait()
	ports := slices.Sorted(slices.Values(slices.Concat(all...)))
	if len(slices.Compact(ports)) != size {
		t.Error("a port was given out twice")
	}
	let, err := hold(ports[0])
	if err == nil {
		let()
		t.Error("a held port is free")
	}
}
