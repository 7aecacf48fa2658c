package runner

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// frames are what a program tells.
func frames(list ...string) io.Reader { return strings.NewReader(strings.Join(list, "")) }

// telling returns a teller of frames, and what it has told.
func telling(fail error, frames io.Reader) (*teller, *[]string) {
	var told []string
	tell := newTeller(testNonce, func(e Event) error {
		told = append(told, fmt.Sprintf("%s %d %s%s%s", e.Kind, e.Cell, e.Name, e.Text, e.Data["text/plain"]))
		if e.Kind == Stream {
			return fail
		}
		return nil
	}, func() { told = append(told, "kill") })
	go tell.frames(frames)
	return tell, &told
}

// What a cell prints is told within it, whichever stream is read first.
func TestTellerWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, w := io.Pipe()
		tell, told := telling(nil, r)
		out, err := tell.streams[0], tell.streams[1]
		done := make(chan struct{})
		go func() {
			defer close(done)
			out.Write([]byte(markOf(1) + "o" + markOf(2) + markOf(3) + markOf(4) + "p" + markOf(5)))
		}()
		synctest.Wait()
		go func() {
			for _, f := range []string{
				frameOf("begin", "1", "1"), frameOf("end", "1", "ok"), frameOf("skip", "2", "why"), frameOf("begin", "3", "2"), frameOf("end", "3", "failed"),
			} {
				io.WriteString(w, f)
			}
			w.Close()
		}()
		synctest.Wait()
		err.Write([]byte(markOf(1) + "e" + markOf(2)))
		synctest.Wait()
		err.Write([]byte(markOf(3) + markOf(4) + markOf(5)))
		<-done
		if within, err := tell.finish(func() Event { panic("not within a cell") }); within || err != nil {
			t.Error(within, err)
		}
		want := []string{"begin 1 ", "stream 1 stdouto", "stream 1 stderre", "end 1 ", "skip 2 why", "begin 3 ", "stream 3 stdoutp", "end 3 "}
		if diff := cmp.Diff(want, *told, sorted(1, 2)); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}

// sorted takes two lines for the same in either order: the streams have none between marks.
func sorted(i, j int) cmp.Option {
	return cmp.Transformer("sorted", func(lines []string) [8]string {
		var list [8]string
		copy(list[:], lines)
		if list[i] > list[j] {
			list[i], list[j] = list[j], list[i]
		}
		return list
	})
}

// A value is told between what was printed before and after it, though it has come long before.
func TestTellerOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tell, told := telling(nil, frames(frameOf("begin", "1", "1"), frameOf("result", "text/plain", "V"), frameOf("end", "1", "ok")))
		go tell.streams[1].Write([]byte(markOf(1) + markOf(3)))
		synctest.Wait()
		for _, text := range []string{markOf(1) + "before", testNonce[:4], testNonce[4:] + "2", ";after" + markOf(3)} {
			tell.streams[0].Write([]byte(text))
		}
		tell.finish(func() Event { panic("not within a cell") })
		want := []string{"begin 1 ", "stream 1 stdoutbefore", "result 1 V", "stream 1 stdoutafter", "end 1 "}
		if diff := cmp.Diff(want, *told); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}

// A program that has closed a stream holds up neither the other one nor values for ever.
func TestTellerPatience(t *testing.T) {
	for closed := range 2 {
		synctest.Test(t, func(t *testing.T) {
			tell, told := telling(nil, frames(frameOf("begin", "1", "1"), frameOf("result", "text/plain", "V"), frameOf("end", "1", "ok"), frameOf("begin", "2", "2"), frameOf("end", "2", "ok")))
			tell.streams[1-closed].Write([]byte(markOf(1) + markOf(3) + markOf(4) + markOf(5)))
			want := []string{"begin 1 ", "result 1 V", "end 1 ", "begin 2 ", "end 2 "}
			if diff := cmp.Diff(want, *told); diff != "" {
				t.Errorf("stream %d (-want +got):\n%s", closed, diff)
			}
		})
	}
}

// A stream that has much to say is waited for, however long that takes.
func TestTellerBusy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tell, told := telling(nil, frames(frameOf("begin", "1", "1"), frameOf("end", "1", "ok")))
		go tell.streams[0].Write([]byte(markOf(1) + markOf(2)))
		tell.streams[1].Write([]byte(markOf(1)))
		for range 5 {
			tell.streams[1].Write([]byte("e"))
			synctest.Wait()
			// The clock of the bubble goes on when all wait.
			<-time.After(patience * 9 / 10)
		}
		tell.streams[1].Write([]byte(markOf(2)))
		if got := (*told)[len(*told)-1]; got != "end 1 " || len(*told) != 7 {
			t.Errorf("%q", *told)
		}
	})
}

// A program that ends within a cell has failed there. What it has told of without a mark is told, too.
func TestTellerDied(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tell, told := telling(nil, frames(frameOf("begin", "4", "1"), frameOf("result", "text/plain", "V"), frameOf("end", "4", "ok")[:9]))
		tell.streams[1].Write([]byte(markOf(1) + "012"))
		within, err := tell.finish(func() Event { return Event{Kind: Failed, Name: "ExitError"} })
		if !within || err != nil {
			t.Error(within, err)
		}
		if diff := cmp.Diff([]string{"begin 4 ", "result 4 V", "stream 4 stderr012", "error 4 ExitError", "end 4 "}, *told); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}

// Who is told can end the program.
func TestTellerFails(t *testing.T) {
	enough := errors.New("enough")
	tell, told := telling(enough, frames())
	if _, err := tell.streams[0].Write([]byte("text" + markOf(1))); err != enough {
		t.Error(err)
	}
	if _, err := tell.finish(func() Event { panic("told enough") }); err != enough {
		t.Error(err)
	}
	if diff := cmp.Diff([]string{"stream 0 stdouttext", "kill"}, *told); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// A nonce that somebody else prints, with a number of no frame, holds nothing up when the program has ended.
func TestTellerForged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tell, told := telling(nil, frames(frameOf("begin", "1", "1"), frameOf("end", "1", "ok")))
		tell.streams[0].Write([]byte(markOf(1_000_000) + "x"))
		if within, err := tell.finish(func() Event { panic("not within a cell") }); within || err != nil {
			t.Error(within, err)
		}
		if diff := cmp.Diff([]string{"begin 1 ", "end 1 ", "stream 1 stdoutx"}, *told); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}
