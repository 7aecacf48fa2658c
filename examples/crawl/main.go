// Command crawl prints the pages of a site that can be reached from one of them, and fetches at most
// four at a time.
//
//	go run ./examples/crawl https://go.dev/
package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/signal"
	"regexp"
	"time"

	"github.com/cellwrap/cellwrap/reactor"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: crawl URL")
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	pages, err := crawl(ctx, os.Args[1])
	for _, p := range pages {
		fmt.Println(p.url, len(p.links), p.err)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "crawl:", err)
		os.Exit(1)
	}
}

// A page is what became of a fetch.
type page struct {
	url   string
	links []string
	err   error
}

// crawl returns the pages of start's site in the order in which they came. All of it but fetch runs
// on the reactor, one thing at a time, so it needs no locks. When ctx is done, so are the fetches.
func crawl(ctx context.Context, start string) ([]page, error) {
	return reactor.WaitForContext(ctx, func(co *reactor.Coroutine) ([]page, error) {
		room := reactor.NewSemaphore(4)
		came := reactor.NewQueue[page](reactor.QueueLimits{})
		seen := map[string]bool{}
		visit := func(url string) {
			if seen[url] {
				return
			}
			seen[url] = true
			reactor.Holding(room, func() (*reactor.Deferred[[]string], error) {
				return reactor.DeferToGoroutine(func(ctx context.Context) ([]string, error) {
					return fetch(ctx, url)
				}).AddTimeout(10 * time.Second), nil
			}).AddContext(co.Context()).AddBoth(func(links []string, err error) ([]string, error) {
				return nil, came.Put(page{url, links, err})
			})
		}
		visit(start)
		var pages []page
		for len(pages) < len(seen) {
			p, err := reactor.Await(co, came.Get())
			if err != nil {
				return nil, err
			}
			pages = append(pages, p)
			for _, link := range p.links {
				visit(link)
			}
		}
		return pages, context.Cause(co.Context()) // if ctx is done, the last fetches were not
	})
}

var href = regexp.MustCompile(`href="([^"#]*)`)

// fetch returns the links of a page that lead to the same site.
func fetch(ctx context.Context, address string) ([]string, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s", res.Status)
	}
	text, err := io.ReadAll(res.Body)
	if err != nil {
		return nil, err
	}
	var links []string
	for _, match := range href.FindAllStringSubmatch(string(text), -1) {
		to, err := req.URL.Parse(match[1])
		if err == nil && sameSite(to, req.URL) {
			links = append(links, to.String())
		}
	}
	return links, nil
}

func sameSite(a, b *url.URL) bool { return a.Scheme == b.Scheme && a.Host == b.Host }
