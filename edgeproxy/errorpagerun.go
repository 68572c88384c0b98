package edgeproxy

import (
	"container/heap"
	"context"
	"sync"
	"time"

	"github.com/zeitwork/zeitwork/internal/logging"
)

func (p *errorPages) enqueue(ask errorPageAsk) {
	p.mutex.Lock()
	heap.Push(&p.waiting, ask)
	p.mutex.Unlock()

	p.tell()
}

// tell has run look at the queue.
func (p *errorPages) tell() {
	select {
	case p.news <- struct{}{}:
	default:
	}
}

// take returns an app that is to be asked now, or when to look again.
func (p *errorPages) take(now time.Time) (ask errorPageAsk, wait time.Duration, found bool) {
	p.mutex.Lock()
	defer p.mutex.Unlock()

	// What was saved has no time, and so comes before all apps.
	if len(p.waiting) == 0 || (!p.begun && p.waiting[0].host != "") {
		return errorPageAsk{}, time.Hour, false
	}

	if wait := p.waiting[0].at.Sub(now); wait > 0 {
		return errorPageAsk{}, wait, false
	}

	return heap.Pop(&p.waiting).(errorPageAsk), 0, true //nolint:forcetypeassert // There is nothing else in it.
}

// run asks apps until ctx ends.
func (p *errorPages) run(ctx context.Context) {
	if p == nil {
		return
	}

	free, asking := make(chan struct{}, errorPageWorkers), sync.WaitGroup{}
	defer asking.Wait()

	for ctx.Err() == nil {
		ask, wait, found := p.take(time.Now())
		if !found {
			p.rest(ctx, wait)

			continue
		}

		select {
		case free <- struct{}{}:
		case <-ctx.Done():
			return
		}

		asking.Go(func() {
			defer func() { <-free }()

			p.settle(ctx, ask)
		})
	}
}

func (p *errorPages) rest(ctx context.Context, wait time.Duration) {
	timer := time.NewTimer(wait)
	defer timer.Stop()

	select {
	case <-timer.C:
	case <-p.news:
	case <-ctx.Done():
	}
}

// settle asks an app for its page, and keeps what it learns. An app that does not answer is asked again.
func (p *errorPages) settle(ctx context.Context, ask errorPageAsk) {
	deployment := ask.page.deploymentID

	if ask.host == "" {
		content, known := p.store.load(deployment)
		if p.hasRoom(ask.page, content) {
			p.keep(ask.page, content)
		}

		ask.page.wanted.Store(known)

		return
	}

	content, err := p.fetch(ctx, ask)

	switch {
	case ctx.Err() != nil || ask.page.gone.Load():
	case err == nil:
		if !p.hasRoom(ask.page, content) {
			return
		}

		if err := p.store.save(deployment, content); err != nil {
			p.logger.Warn("a restarted edge asks an app again for its error page", logging.Deployment(deployment), logging.Error(err))
		}

		p.keep(ask.page, content)
	case ask.tries+1 < errorPageTries:
		ask.tries++
		ask.at = time.Now().Add(p.pause)
		p.enqueue(ask)
	default:
		p.logger.Debug("an app could not be asked for its error page", logging.Deployment(deployment), logging.Error(err))
		// The next change of its routes has it asked again.
		ask.page.wanted.Store(false)
	}
}

// hasRoom takes the memory of a page, and returns false where all pages together would take too much.
func (p *errorPages) hasRoom(page *errorPage, content *errorPageContent) bool {
	if content == nil {
		return true
	}

	size := int64(len(content.Body))
	if p.bytes.Add(size) <= maxErrorPages {
		return true
	}

	p.bytes.Add(-size)
	p.logger.Warn("an app's error page is not shown, as others take all the memory that is for them", logging.Deployment(page.deploymentID))

	return false
}

// keep has a page served for which there is room.
func (p *errorPages) keep(page *errorPage, content *errorPageContent) {
	page.content.Store(content)

	// Its deployment may have gone meanwhile.
	if page.gone.Load() {
		p.vanish(page)
	}
}
