package session

import (
	"bytes"
	"math/rand/v2"
	"testing"
)

func TestTail(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 5 {
		var all []byte
		var kept tail
		for len(all) < 3*maxOutput {
			p := make([]byte, random.IntN(1+random.IntN(2*maxOutput)))
			for i := range p {
				p[i] = byte(random.Uint32())
			}
			all = append(all, p...)
			kept.write(p)
			want := all[max(0, len(all)-maxOutput):]
			if !bytes.Equal(kept.text(), want) || kept.dropped != int64(len(all)-len(want)) {
				t.Fatalf("after %d bytes: %d, %d dropped", len(all), len(kept.text()), kept.dropped)
			}
		}
	}
}
