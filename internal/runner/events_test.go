package runner

import (
	"errors"
	"fmt"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"
)

// telling returns a teller and what it has told.
func telling(fail error) (*teller, *[]string) {
	var told []string
	return newTeller(testNonce, func(e Event) error {
		told = append(told, fmt.Sprintf("%s %d %s%s", e.Kind, e.Cell, e.Name, e.Text))
		if e.Kind == Stream {
			return fail
		}
		return nil
	}, func() { told = append(told, "kill") }), &told
}

// What a cell prints is told within it, whichever stream is read first.
func TestTellerWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tell, told := telling(nil)
		out, err := tell.streams[0], tell.streams[1]
		done := make(chan struct{})
		go func() {
			defer close(done)
			out.Write([]byte(frameOf("begin", "1", "1") + "o" + frameOf("end", "1", "ok") + frameOf("skip", "2", "why") + frameOf("begin", "3", "2") + "p" + frameOf("end", "3", "failed")))
		}()
		synctest.Wait()
		err.Write([]byte(frameOf("begin", "1", "1") + "e" + frameOf("end", "1", "ok")))
		synctest.Wait()
		err.Write([]byte(frameOf("skip", "2", "why") + frameOf("begin", "3", "2") + frameOf("end", "3", "failed")))
		<-done
		if within, err := tell.finish(func() Event { panic("not within a cell") }); within || err != nil {
			t.Error(within, err)
		}
		want := []string{"begin 1 ", "stream 1 stdouto", "stream 1 stderre", "end 1 ", "skip 2 why", "begin 3 ", "stream 3 stdoutp", "end 3 "}
		if diff := cmp.Diff(want, *told); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}

// A program that has closed its standard error does not hold up the other stream for ever.
func TestTellerPatience(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tell, told := telling(nil)
		tell.streams[0].Write([]byte(frameOf("begin", "1", "1") + frameOf("end", "1", "ok") + frameOf("begin", "2", "2") + frameOf("end", "2", "ok")))
		want := []string{"begin 1 ", "end 1 ", "begin 2 ", "end 2 "}
		if diff := cmp.Diff(want, *told); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}

// A program that ends within a cell has failed there.
func TestTellerDied(t *testing.T) {
	tell, told := telling(nil)
	tell.streams[1].Write([]byte(frameOf("begin", "4", "1") + "012"))
	within, err := tell.finish(func() Event { return Event{Kind: Failed, Name: "ExitError"} })
	if !within || err != nil {
		t.Error(within, err)
	}
	if diff := cmp.Diff([]string{"begin 4 ", "stream 4 stderr012", "error 4 ExitError", "end 4 "}, *told); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// Who is told can end the program.
func TestTellerFails(t *testing.T) {
	enough := errors.New("enough")
	tell, told := telling(enough)
	if _, err := tell.streams[0].Write([]byte("text" + frameOf("begin", "1", "1"))); err != enough {
		t.Error(err)
	}
	if _, err := tell.finish(func() Event { panic("told enough") }); err != enough {
		t.Error(err)
	}
	if diff := cmp.Diff([]string{"stream 0 stdouttext", "kill"}, *told); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
