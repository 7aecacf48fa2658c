package kernel

import "context"

// job is work about the first cell of the queue.
type job struct{ cancel context.CancelFunc }

// work has the worker do something, and then goes on with the queue, unless the job was abandoned.
func (p *proxy) work(do func(context.Context), then func()) {
	ctx, cancel := context.WithCancel(p.ctx)
	j := &job{cancel}
	p.job = j
	p.start(func() {
		defer cancel()
		do(ctx)
		p.post(func() {
			if p.job == j {
				p.job = nil
				then()
				p.advance()
			}
		})
	})
}

// abandon abandons the job: what comes of it is not asked for any more.
func (p *proxy) abandon() {
	if p.job != nil {
		p.job.cancel()
		p.job = nil
	}
}

// inOrder returns what starts functions that run one after the other.
func inOrder() func(func()) {
	last := make(chan struct{})
	close(last)
	return func(f func()) {
		before, done := last, make(chan struct{})
		last = done
		go func() {
			defer close(done)
			<-before
			f()
		}()
	}
}
