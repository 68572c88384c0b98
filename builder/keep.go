package builder

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/zeitwork/zeitwork/internal/logging"
	"github.com/zeitwork/zeitwork/internal/netnamespace"
)

const (
	// checkEvery is how often the machine's rules are looked at. Until then a flush lets builds reach the machine itself, and nothing else: the rules
	// of their namespace hold, and without the machine's they have no address that the internet answers to.
	checkEvery = time.Second
	// lookUpEvery is how often the registry's addresses are looked up, and what other firewalls say of forwarding.
	lookUpEvery = 30 * time.Second
)

// startKeeping begins to keep the fence in place. The function that it returns ends that, may be called again, and returns when it has ended.
func (n *buildNetwork) startKeeping(ctx context.Context) func() {
	keeping, stop := context.WithCancel(context.WithoutCancel(ctx))
	ended := make(chan struct{})

	go func() {
		defer close(ended)

		n.keep(keeping)

		// Nobody is left in the namespace for whom to forward.
		_ = n.stopForwarders()
	}()

	return func() {
		stop()
		<-ended
	}
}

// keep keeps the fence in place until ctx ends.
func (n *buildNetwork) keep(ctx context.Context) {
	checks, lookUps := time.NewTicker(checkEvery), time.NewTicker(lookUpEvery)
	defer checks.Stop()
	defer lookUps.Stop()

	for {
		var err error

		select {
		case <-ctx.Done():
			return
		case <-checks.C:
			err = n.check(ctx)
		case <-lookUps.C:
			err = n.lookUp(ctx)
		}

		if err != nil && ctx.Err() == nil {
			n.logger.ErrorContext(ctx, "the network of builds is not as it should be", logging.Error(err))
		}
	}
}

// check puts the machine's rules in place again where they are not. Where that fails, builds have no network until it succeeds.
func (n *buildNetwork) check(ctx context.Context) error {
	if inPlace, err := n.read(); err == nil && bytes.Equal(inPlace, n.rules) && !n.closed {
		return nil
	}

	n.logger.WarnContext(ctx, "the rules that fence builds were changed or removed; putting them in place again", slog.String("table", n.table().Name))

	if err := n.fence(); err != nil {
		n.closed = true

		return errors.Join(err, n.close())
	}

	n.closed = false

	return errors.Join(n.open(), n.setForwarding(ctx, true))
}

// lookUp follows the addresses of the hosts that buildkitd may reach. While they cannot be looked up, the last ones count.
func (n *buildNetwork) lookUp(ctx context.Context) error {
	changed, err := n.allow(ctx)
	if changed {
		n.rules = nil
		err = errors.Join(err, netnamespace.Do(n.namespace, n.fenceInside), n.check(ctx))
	}

	return errors.Join(err, n.setForwarding(ctx, true))
}
