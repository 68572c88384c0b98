package api

import (
	"context"
	"sync"
	"time"

	"github.com/google/uuid"
	"golang.org/x/sync/semaphore"

	"github.com/zeitwork/zeitwork/internal/problem"
)

const (
	// looksAtOnce is how many domains a process asks the DNS about at the same time for those who look, and looksOfOne how many of them one organisation's:
	// name servers that never answer keep no other organisation from looking.
	looksAtOnce = 20
	looksOfOne  = 5
	// turnPatience is how long somebody who looks waits for a turn.
	turnPatience = 5 * time.Second
)

// domainTurns lets a few look at once.
type domainTurns struct {
	all *semaphore.Weighted

	mutex  sync.Mutex
	shares map[uuid.UUID]*domainShare
}

// domainShare is what one organisation may take of the turns. It is kept while somebody has a turn or waits for one.
type domainShare struct {
	turns *semaphore.Weighted
	users int
}

func newDomainTurns() *domainTurns {
	return &domainTurns{all: semaphore.NewWeighted(looksAtOnce), shares: map[uuid.UUID]*domainShare{}}
}

// take waits for a turn of the organisation, which lasts until end is called. It returns a problem where none comes soon.
func (t *domainTurns) take(ctx context.Context, organisation uuid.UUID) (end func(), err error) {
	ctx, cancel := context.WithTimeout(ctx, turnPatience)
	defer cancel()

	share := t.enter(organisation)

	if err := share.turns.Acquire(ctx, 1); err != nil {
		t.leave(organisation)

		return nil, problem.Wrap(err, problem.TooMany,
			"The DNS is asked about %d domains of your organisation already, and does not answer in time. Try again in some seconds.", looksOfOne)
	}

	if err := t.all.Acquire(ctx, 1); err != nil {
		share.turns.Release(1)
		t.leave(organisation)

		return nil, problem.Wrap(err, problem.TooMany, "The platform asks the DNS about many domains at the moment. Try again in some seconds.")
	}

	return func() {
		t.all.Release(1)
		share.turns.Release(1)
		t.leave(organisation)
	}, nil
}

func (t *domainTurns) enter(organisation uuid.UUID) *domainShare {
	t.mutex.Lock()
	defer t.mutex.Unlock()

	share := t.shares[organisation]
	if share == nil {
		share = &domainShare{turns: semaphore.NewWeighted(looksOfOne)}
		t.shares[organisation] = share
	}

	share.users++

	return share
}

func (t *domainTurns) leave(organisation uuid.UUID) {
	t.mutex.Lock()
	defer t.mutex.Unlock()

	t.shares[organisation].users--

	if t.shares[organisation].users == 0 {
		delete(t.shares, organisation)
	}
}
