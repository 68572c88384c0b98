package cluster

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/zeitwork/zeitwork/internal/process"
)

// starter is a daemon or a service.
type starter interface {
	Start(ctx context.Context) (*process.Process, error)
}

// check tells whether a part works that was started at the given time.
type check func(ctx context.Context, started time.Time) error

// part is one child process that is started again when it dies.
type part struct {
	name  string
	check check // nil for parts that answer no questions.

	turn    sync.Mutex // Its holder may start and end the process.
	starter starter    // Guarded by turn, as is over.
	over    bool       // The part must not be started any more.

	mutex     sync.Mutex // Guards the fields below; it is held only for moments.
	process   *process.Process
	started   time.Time
	interrupt context.CancelFunc // Ends the start that is under way.
	held      bool
	released  chan struct{} // Closed while the part is not held.
}

func newPart(name string, starter starter, check check) *part {
	released := make(chan struct{})
	close(released)

	return &part{name: name, starter: starter, check: check, interrupt: func() {}, released: released}
}

func (p *part) current() *process.Process {
	p.mutex.Lock()
	defer p.mutex.Unlock()

	return p.process
}

func (p *part) runs() bool {
	select {
	case <-p.current().Done():
		return false
	default:
		return true
	}
}

// start starts the part. The caller holds the turn.
func (p *part) start(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()

	p.mutex.Lock()
	p.interrupt = cancel
	held := p.held
	p.mutex.Unlock()

	if held {
		return fmt.Errorf("%s is held", p.name)
	}

	if p.over {
		return fmt.Errorf("%s does not start any more: the cluster has stopped", p.name)
	}

	started := time.Now()

	process, err := p.starter.Start(ctx)
	if err != nil {
		return err
	}

	p.mutex.Lock()
	defer p.mutex.Unlock()

	p.process, p.started = process, started

	return nil
}

// revive starts the part unless it runs.
func (p *part) revive(ctx context.Context) error {
	p.turn.Lock()
	defer p.turn.Unlock()

	if p.runs() {
		return nil
	}

	return p.start(ctx)
}

// awaitReady returns nil once the process that runs now works.
func (p *part) awaitReady(ctx context.Context) error {
	if p.check == nil {
		return nil
	}

	p.mutex.Lock()
	process, started := p.process, p.started
	p.mutex.Unlock()

	return process.WaitReady(ctx, func(ctx context.Context) error { return p.check(ctx, started) })
}

// hold ends the process and makes start fail until release.
func (p *part) hold() {
	p.mutex.Lock()

	if !p.held {
		p.held, p.released = true, make(chan struct{})
	}

	p.interrupt()
	p.mutex.Unlock()

	p.turn.Lock()
	defer p.turn.Unlock()

	p.current().Kill()
}

// release ends the hold and starts the part.
func (p *part) release(ctx context.Context) error {
	p.turn.Lock()
	defer p.turn.Unlock()

	p.mutex.Lock()

	if p.held {
		p.held = false
		close(p.released)
	}

	p.mutex.Unlock()

	if p.runs() {
		return nil
	}

	return p.start(ctx)
}

// exchange changes what starts the part, ends it in an orderly way and starts it again. A part that is held starts with its release.
func (p *part) exchange(ctx context.Context, change func(starter) (starter, error)) error {
	p.turn.Lock()
	defer p.turn.Unlock()

	changed, err := change(p.starter)
	if err != nil {
		return err
	}

	if p.isHeld() {
		p.starter = changed

		return nil
	}

	if err := p.current().Stop(ctx); err != nil {
		return err
	}

	p.starter = changed

	return p.start(ctx)
}

// ensure makes sure that the part runs, also where it is held or frozen. It is for a cluster that is stopping, which starts dead parts
// no more.
func (p *part) ensure(ctx context.Context) error {
	p.current().Thaw()

	return p.release(ctx)
}

// stop ends the part for good.
func (p *part) stop(ctx context.Context) error {
	p.turn.Lock()
	defer p.turn.Unlock()

	p.over = true

	return p.current().Stop(ctx)
}

func (p *part) isHeld() bool {
	p.mutex.Lock()
	defer p.mutex.Unlock()

	return p.held
}

// free returns a channel that is closed once the part is not held.
func (p *part) free() <-chan struct{} {
	p.mutex.Lock()
	defer p.mutex.Unlock()

	return p.released
}

// settled waits until no start or end is under way and returns the process that is then there.
func (p *part) settled() *process.Process {
	p.turn.Lock()
	defer p.turn.Unlock()

	return p.current()
}
