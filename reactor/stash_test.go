package reactor

import (
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// E7: crochet's ResultStoreTests.test_store_and_retrieve, test_retrieve_only_once,
// EventualResultTests.test_stash, PublicAPITests.test_retrieve_result.
func TestStash(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		defer Use(r)()
		wantText := func(_ any, err error, text string) {
			t.Helper()
			if err == nil || !strings.Contains(err.Error(), text) {
				t.Errorf("got error %v, want one with %q", err, text)
			}
		}
		e := RunInReactor(answer)
		_, err := RetrieveResult[int](1)
		wantText(nil, err, "result 1 was never stashed")
		equal(t, "number", e.Stash(), 1)
		equal(t, "number", e.Stash(), 2)
		_, err = RetrieveResult[string](1)
		wantText(nil, err, "result 1 is a *reactor.EventualResult[int], not a *reactor.EventualResult[string]")
		got, err := RetrieveResult[int](1)
		equal(t, "result", got, e)
		wantErr(t, err, nil)
		_, err = RetrieveResult[int](1)
		wantText(nil, err, "result 1 has been fetched already")
		_, err = RetrieveResult[int](0)
		wantText(nil, err, "never stashed")
		got, err = RetrieveResult[int](2)
		equal(t, "result", got, e)
		wantErr(t, err, nil)
	})
}

// E7: crochet's ResultStoreTests.test_uniqueness, test_synchronized; under -race.
func TestConcurrentStash(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		e := RunInReactorOn(r, answer)
		const goroutines, each = 8, 100
		var mu sync.Mutex
		ids := map[int]bool{}
		fetched := 0
		var wg sync.WaitGroup
		for range goroutines {
			wg.Go(func() {
				for range each {
					id := e.Stash()
					mu.Lock()
					ids[id] = true
					mu.Unlock()
				}
			})
		}
		wg.Wait()
		equal(t, "numbers", len(ids), goroutines*each)
		for range goroutines {
			wg.Go(func() {
				for id := range goroutines * each {
					if _, err := RetrieveResultOn[int](r, id+1); err == nil {
						mu.Lock()
						fetched++
						mu.Unlock()
					}
				}
			})
		}
		wg.Wait()
		equal(t, "fetched", fetched, goroutines*each)
	})
}

// E7: crochet's ResultStoreTests.test_log_errors: at Stop, the failures that nobody fetched.
func TestStashedFailures(t *testing.T) {
	log := new(records)
	synctest.Test(t, func(t *testing.T) {
		r := New()
		r.SetLogger(log.logger())
		r.Start()
		RunInReactorOn(r, answer).Stash()
		RunInReactorOn(r, func() (int, error) { return 0, errTest }).Stash()
		fetched := RunInReactorOn(r, func() (int, error) { panic("fetched") }).Stash()
		RunInReactorOn(r, func() (int, error) { panic("boom") }).Stash()
		synctest.Wait()
		e, _ := RetrieveResultOn[int](r, fetched)
		e.Wait(time.Second)
		r.Stop()
		<-r.Stopped()
	})
	log.want(t, "unhandled failure: test", "unhandled failure: reactor: panic: boom")
	log.wantStack(t, 1, "TestStashedFailures")
}
