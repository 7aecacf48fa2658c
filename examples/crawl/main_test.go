package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/cellwrap/cellwrap/reactor"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	code := m.Run()
	if err := reactor.Default().Shutdown(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	http.DefaultClient.CloseIdleConnections()
	if err := goleak.Find(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

// A site has twelve pages that the first one links to. They answer when four have been asked for.
type site struct {
	mu                   sync.Mutex
	asked, running, most int
	four                 chan struct{} // closed when the next four are there
}

func (s *site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch {
	case r.URL.Path == "/":
		for i := range 12 {
			fmt.Fprintf(w, `<a href="/page/%d">a page</a>`, i)
		}
		fmt.Fprint(w, `<a href="https://elsewhere.example/">elsewhere</a> <a href="/missing">missing</a>`)
	case strings.HasPrefix(r.URL.Path, "/page/"):
		<-s.begin()
		fmt.Fprint(w, `<a href="/#top">back</a>`)
		s.end()
	default:
		http.NotFound(w, r)
	}
}

func (s *site) begin() <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked++
	s.running++
	s.most = max(s.most, s.running)
	four := s.four
	if s.asked%4 == 0 {
		close(four)
		s.four = make(chan struct{})
	}
	return four
}

func (s *site) end() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.running--
}

func TestCrawl(t *testing.T) {
	s := &site{four: make(chan struct{})}
	server := httptest.NewServer(s)
	defer server.Close()
	pages, err := crawl(t.Context(), server.URL+"/")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, p := range pages {
		got = append(got, fmt.Sprint(strings.TrimPrefix(p.url, server.URL), " ", len(p.links), " ", p.err))
	}
	want := []string{"/ 13 <nil>", "/missing 0 404 Not Found"}
	for i := range 12 {
		want = append(want, fmt.Sprintf("/page/%d 1 <nil>", i))
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if s.most != 4 {
		t.Errorf("%d fetches at a time", s.most)
	}
}

// The end of the context ends the fetches too.
func TestCrawlCanceled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/" {
			fmt.Fprint(w, `<a href="/slow">slow</a>`)
			return
		}
		cancel()
		<-r.Context().Done()
	}))
	defer server.Close()
	if _, err := crawl(ctx, server.URL+"/"); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}
