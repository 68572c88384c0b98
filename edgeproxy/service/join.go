package service

import (
	"context"
	"errors"
	"fmt"
	"net"
	"time"

	"github.com/zeitwork/zeitwork/edgeproxy"
	"github.com/zeitwork/zeitwork/internal/tailscaled"
)

// Options say how a machine joins.
type Options struct {
	// Settings are those of the service, by the names of their environment variables.
	Settings map[string]string
	// Tailnet is how the machine signs in to its tailnet; without a key it is in one, or reaches nodes by another network.
	Tailnet tailscaled.SignIn
	// Configure reads the settings.
	Configure func(settings map[string]string) (edgeproxy.Config, error)
	// OneTimeToken is what the machine joins with; empty: it has the token of the settings.
	OneTimeToken string
	// NewToken tells that the token of the settings was not there before.
	NewToken bool
	// Wait is how long the service may take until the API has seen it.
	Wait time.Duration
	// Say is told what is being done.
	Say func(step string)
}

// Join makes this machine an edge: it exchanges the one-time token for one that is bound to a key of this machine, writes the settings, starts the service, and
// returns once the API has told it the route table. A service that is there gets the new settings and this binary, and requests that are under way have their
// time to end. Before the API has accepted the token, Join changes nothing but the machine's place in its tailnet, which the API may be in.
func Join(ctx context.Context, options Options) error {
	edge := Service()
	if err := edge.CheckMachine(); err != nil {
		return err
	}

	if options.Tailnet.AuthKey != "" {
		config, err := options.Configure(options.Settings)
		if err != nil {
			return err
		}

		if err := tailscaled.Socket(config.TailscaledSocket).Join(ctx, options.Tailnet, options.Say); err != nil {
			return err
		}
	}

	options.Say("asking the API at " + options.Settings[apiSetting])

	j, err := begin(ctx, options)
	if err != nil {
		return err
	}

	// A value that the file of settings cannot hold is told before anything is changed.
	if _, err := edge.FormatSettings(j.settings); err != nil {
		return err
	}

	isActive, err := edge.IsActive(ctx)
	if err != nil {
		return err
	}

	if !isActive {
		if err := checkPorts(ctx, j.config); err != nil {
			return err
		}
	}

	if err := j.obtainToken(ctx, options); err != nil {
		return err
	}

	settings, err := edge.FormatSettings(j.settings)
	if err != nil {
		return err
	}

	changed, err := edge.Install(settings)
	if err != nil {
		return err
	}

	if err := edge.Start(ctx, changed, options.Say); err != nil {
		return err
	}

	options.Say("waiting until the edge has the route table")

	return edge.Await(ctx, options.Wait, func(status string) bool { return status == edgeproxy.StatusInTouch })
}

// checkPorts fails where another program listens at an address of the edge.
func checkPorts(ctx context.Context, config edgeproxy.Config) error {
	var taken []error

	for setting, address := range map[string]string{listenSetting: config.Listen, tlsListenSetting: config.TLSListen} {
		if address == "" {
			continue
		}

		listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", address)
		if err != nil {
			taken = append(taken, fmt.Errorf("the edge cannot listen at %s (%w): stop what does, or join with another %s=ADDRESS", address, err, setting))

			continue
		}

		_ = listener.Close()
	}

	return errors.Join(taken...)
}
