package api

import (
	"context"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/zeitwork/zeitwork/internal/problem"
)

const (
	// looksAtOnce is how many domains a process asks the DNS about at the same time for those who look, beside the first one of each organisation.
	looksAtOnce = 20
	// looksOfOne is how many of them may be one organisation's, with its first one.
	looksOfOne = 5
	// turnPatience is how long somebody who looks waits for a turn.
	turnPatience = 5 * time.Second
)

// domainTurns lets a few look at once. One turn is each organisation's own, the others are for all: however many organisations ask name servers that never
// answer, another one looks at once.
type domainTurns struct {
	all turns

	mutex  sync.Mutex
	shares map[uuid.UUID]*domainShare
}

// domainShare is what one organisation may take of the turns. It is kept while somebody has a turn or waits for one.
type domainShare struct {
	atOnce, own turns
	users       int
}

// turns has one element for each turn that is taken, and room for as many as there are.
type turns chan struct{}

func newDomainTurns() *domainTurns {
	return &domainTurns{all: make(turns, looksAtOnce), shares: map[uuid.UUID]*domainShare{}}
}

// take waits for a turn of the organisation, which lasts until end is called. It returns a problem where none comes soon.
func (t *domainTurns) take(ctx context.Context, organisation uuid.UUID) (end func(), err error) {
	ctx, cancel := context.WithTimeout(ctx, turnPatience)
	defer cancel()

	share := t.enter(organisation)

	select {
	case share.atOnce <- struct{}{}:
	case <-ctx.Done():
		t.leave(organisation)

		return nil, askAgainAfter(turnPatience, problem.Wrap(ctx.Err(), problem.TooMany,
			"The DNS is asked about %d domains of your organisation already, and does not answer in time. Try again in some seconds.", looksOfOne))
	}

	from, err := share.turn(ctx, t.all)
	if err != nil {
		<-share.atOnce
		t.leave(organisation)

		return nil, askAgainAfter(turnPatience, problem.Wrap(err, problem.TooMany,
			"The platform asks the DNS about many domains at the moment. Try again in some seconds."))
	}

	return func() {
		<-from
		<-share.atOnce
		t.leave(organisation)
	}, nil
}

// turn waits for a turn, and returns those of which it is one: the organisation's own, where nobody has that, or all.
func (s *domainShare) turn(ctx context.Context, all turns) (turns, error) {
	select {
	case s.own <- struct{}{}:
		return s.own, nil
	default:
	}

	select {
	case s.own <- struct{}{}:
		return s.own, nil
	case all <- struct{}{}:
		return all, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (t *domainTurns) enter(organisation uuid.UUID) *domainShare {
	t.mutex.Lock()
	defer t.mutex.Unlock()

	share := t.shares[organisation]
	if share == nil {
		share = &domainShare{atOnce: make(turns, looksOfOne), own: make(turns, 1)}
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
