package nodeagent

import (
	"context"
	"time"

	"github.com/zeitwork/zeitwork/internal/logging"
	"github.com/zeitwork/zeitwork/internal/packetfilter"
	"github.com/zeitwork/zeitwork/nodeagent/network"
)

const (
	// guardInterval is for what nobody tells of: a route that was removed, or a notification that was lost.
	guardInterval = 10 * time.Second
	// guardRetry is how soon isolation that could not be put in place is tried again.
	guardRetry = time.Second
	// guardPause bounds how often rules are looked at while other programs change theirs all the time.
	guardPause = 500 * time.Millisecond

	notIsolated = "VMs cannot be isolated from each other; they have no network, and none starts, until they can"
)

// guard keeps the isolation of VMs in place until ctx ends: whatever changes the machine's packet filter, it looks at once whether the rules still stand.
// Where they cannot be put back, VMs have no network, and that is tried again.
func (a *Agent) guard(ctx context.Context) error {
	changes, err := packetfilter.Watch(ctx)
	if err != nil {
		a.logger.ErrorContext(ctx, "changes of the packet filter are seen late, every 10 seconds", logging.Error(err))
	}

	interval := time.NewTicker(guardInterval)
	defer interval.Stop()

	retry := time.NewTimer(guardRetry)
	defer retry.Stop()

	for {
		select {
		case <-changes:
		case <-interval.C:
		case <-retry.C:
		case <-ctx.Done():
			return nil
		}

		if a.assertIsolation(ctx) != nil {
			retry.Reset(guardRetry)
		}

		pause(ctx, guardPause)
	}
}

// assertIsolation puts the isolation of VMs back in place where it is not, and logs what it found.
func (a *Agent) assertIsolation(ctx context.Context) error {
	attached := a.vmNetwork()
	if !attached.Range.IsValid() {
		return nil // Nothing runs before the first assignments, which name the range, and are remembered.
	}

	changed, err := attached.Assert()
	a.forward(ctx, attached)

	switch {
	case err != nil:
		a.logger.ErrorContext(ctx, notIsolated, logging.Error(err))
	case changed:
		a.logger.WarnContext(ctx, "something else had changed the rules that isolate VMs; they stand again")
	}

	return err //nolint:wrapcheck // It was logged; the caller only asks whether there is one.
}

// forward makes the machine pass packets of VMs on, within their limits. Where it cannot, they are isolated all the same.
func (a *Agent) forward(ctx context.Context, attached *network.Network) {
	if err := attached.Forward(ctx); err != nil && ctx.Err() == nil {
		a.logger.ErrorContext(ctx, "this machine may not pass packets of VMs on; it is tried again", logging.Error(err))
	}

	if err := attached.Limit(); err != nil {
		a.logger.ErrorContext(ctx, "the connections and the bandwidth of VMs are not limited; it is tried again", logging.Error(err))
	}

	if err := attached.Unfiltered(); err != nil && a.complained.CompareAndSwap(false, true) {
		a.logger.ErrorContext(ctx, "nothing isolates VMs while another program flushes the rules that do, until they stand again", logging.Error(err))
	}

	finding := checkForwarding()
	if before := a.obstacle.Swap(&finding.Detail); !finding.OK && (before == nil || *before != finding.Detail) {
		a.logger.ErrorContext(ctx, finding.Detail+" "+finding.Advice)
	}
}
