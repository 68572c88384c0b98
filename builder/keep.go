package builder

import (
	"context"
	"errors"
	"log/slog"
	"net/netip"
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

		// The relays are for buildkitd, which has ended.
		_ = n.stopForwarders()
	}()

	return func() {
		stop()
		<-ended
	}
}

// keep keeps the fence in place until ctx ends. It waits for no name server meanwhile.
func (n *buildNetwork) keep(ctx context.Context) {
	found := make(chan news)
	go n.follow(ctx, found)

	checks := time.NewTicker(checkEvery)
	defer checks.Stop()

	for {
		var err error

		select {
		case <-ctx.Done():
			return
		case <-checks.C:
			err = n.check(ctx)
		case news := <-found:
			err = n.adopt(ctx, news, time.Now())
		}

		if err != nil && ctx.Err() == nil {
			n.logger.ErrorContext(ctx, "the network of builds is not as it should be", logging.Error(err))
		}
	}
}

// news is what was found out while the fence stood.
type news struct {
	// addresses are where the hosts are that buildkitd may reach; none where they were not found.
	addresses []netip.AddrPort
	// nameserver is the first that answers; the zero address where none does.
	nameserver netip.Addr
}

// follow looks up again and again where the hosts are that buildkitd may reach, and which nameserver answers.
func (n *buildNetwork) follow(ctx context.Context, found chan<- news) {
	lookUps := time.NewTicker(lookUpEvery)
	defer lookUps.Stop()

	for {
		select {
		case <-ctx.Done():
			return
		case <-lookUps.C:
		}

		addresses, err := n.lookUpHosts(ctx)
		if err != nil && ctx.Err() == nil {
			n.logger.WarnContext(ctx, "a host that builds need is not found; what is known of it counts", logging.Error(err))
		}

		select {
		case <-ctx.Done():
			return
		case found <- news{addresses, firstThatAnswers(ctx, n.nameservers)}:
		}
	}
}

// check puts the machine's rules in place again where they are not. Where that fails, builds have no network until it succeeds.
func (n *buildNetwork) check(ctx context.Context) error {
	changed, err := n.fence()
	if err != nil {
		n.closed = true

		return errors.Join(err, n.close())
	}

	if !changed && !n.closed {
		return nil
	}

	n.logger.WarnContext(ctx, "the rules that fence builds were changed or removed; they are in place again", slog.String("table", n.tableName()))

	return n.reopen(ctx)
}

// reopen turns the link on, and has other firewalls pass on what comes by it.
func (n *buildNetwork) reopen(ctx context.Context) error {
	n.closed = false

	return errors.Join(n.open(), n.setForwarding(ctx, true))
}

// adopt lets buildkitd reach what was found. Other firewalls are told again as well that what builds send is passed on.
func (n *buildNetwork) adopt(ctx context.Context, found news, now time.Time) error {
	if found.nameserver.IsValid() {
		n.asked = found.nameserver
	}

	if err := errors.Join(n.allow(ctx, found.addresses, now), netnamespace.Do(n.namespace, n.fenceInside)); err != nil {
		return err
	}

	if _, err := n.fence(); err != nil {
		n.closed = true

		return errors.Join(err, n.close())
	}

	return n.reopen(ctx)
}
