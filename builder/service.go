package builder

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"os"
	"sync/atomic"
	"time"

	"go.opentelemetry.io/otel"

	"github.com/zeitwork/zeitwork/internal/logging"
	"github.com/zeitwork/zeitwork/internal/process"
	"github.com/zeitwork/zeitwork/internal/relay"
)

const (
	firstPause   = 200 * time.Millisecond
	longestPause = 10 * time.Second
	// startTime is how long buildkitd may take to start again.
	startTime = time.Minute
	// steady is how long buildkitd must live for its next death to count as the first.
	steady = time.Minute
)

// Service runs buildkitd for workers of this machine and of others, and starts it again whenever it dies.
//
// Workers talk to buildkitd through a listener of the service, one connection for each build. That way the service knows when no build runs, and can
// let those end that run: buildkitd, once it is asked to end, answers none of the questions that a build still has.
type Service struct {
	config    Config
	buildkitd Buildkitd
	logger    *slog.Logger
	door      *relay.Relay
	deaths    atomic.Int64
}

// New returns a service that nothing is started of yet.
func New(config Config, logger *slog.Logger) (*Service, error) {
	if err := config.check(); err != nil {
		return nil, err
	}

	network, address, err := config.listenAddress()
	if err != nil {
		return nil, err
	}

	buildkitd, err := config.buildkitd()
	if err != nil {
		return nil, err
	}

	buildkitd.Logger = logger

	socket, err := buildkitd.Home.Socket(buildkitdName)
	if err != nil {
		return nil, err
	}

	service := &Service{config: config, buildkitd: buildkitd, logger: logger, door: &relay.Relay{
		Listen: func(ctx context.Context) (net.Listener, error) { return config.listen(ctx, network, address) },
		Dial:   func() (net.Conn, error) { return (&net.Dialer{}).Dial("unix", socket) },
	}}

	return service, service.measure(otel.GetMeterProvider())
}

// listen takes the place of the socket of an earlier run.
func (c Config) listen(ctx context.Context, network, address string) (net.Listener, error) {
	if network == "unix" {
		if err := os.Remove(address); err != nil && !errors.Is(err, os.ErrNotExist) {
			return nil, err //nolint:wrapcheck // It names the file.
		}
	}

	listener, err := (&net.ListenConfig{}).Listen(ctx, network, address)
	if err != nil || network == "unix" || !c.TLS.isSet() {
		return listener, err
	}

	guarded, err := c.TLS.wrap(listener)
	if err != nil {
		return nil, errors.Join(err, listener.Close())
	}

	return guarded, nil
}

// Run builds until ctx ends. It then takes no further builds, lets those end that run, and ends buildkitd.
func (s *Service) Run(ctx context.Context) error {
	release, err := s.buildkitd.Home.Lock()
	if err != nil {
		return err
	}
	defer release()

	// buildkitd is stopped in order although the service was asked to end.
	ending := context.WithoutCancel(ctx)

	daemon, err := s.buildkitd.Start(ctx)
	if err != nil {
		return err
	}

	if err := s.door.Open(ctx); err != nil {
		return errors.Join(err, daemon.Stop(ending))
	}

	s.logger.InfoContext(ctx, "builds are taken", slog.String("address", s.config.Listen.String()))

	daemon = s.keepRunning(ctx, daemon)

	s.logger.InfoContext(ctx, "no further builds are taken", slog.Int("builds", s.door.Connections()), slog.Duration("longest", s.config.Drain))

	draining, cancel := context.WithTimeout(ending, s.config.Drain)
	defer cancel()

	return errors.Join(s.door.Drain(draining), s.door.Close(), daemon.Stop(ending))
}

// keepRunning starts buildkitd again whenever it dies, until ctx ends, and returns the last one.
func (s *Service) keepRunning(ctx context.Context, daemon *process.Process) *process.Process {
	for pause, started := firstPause, time.Now(); ; started = time.Now() {
		select {
		case <-ctx.Done():
			return daemon
		case <-daemon.Done():
		}

		s.deaths.Add(1)
		s.logger.ErrorContext(ctx, "buildkitd died; starting it again", logging.Error(daemon.Err()), slog.String("log", daemon.LogFile()))

		if time.Since(started) > steady {
			pause = firstPause
		}

		for running := false; !running; {
			select {
			case <-ctx.Done():
				return daemon
			case <-time.After(pause):
			}

			pause = min(pause+pause, longestPause)

			next, err := s.startAgain(ctx)
			if err != nil {
				s.logger.ErrorContext(ctx, "buildkitd does not start", logging.Error(err), slog.Duration("next_try_in", pause))

				continue
			}

			daemon, running = next, true
		}
	}
}

// startAgain starts buildkitd also where the service is asked to end meanwhile: builds may be connected by the time that it answers.
func (s *Service) startAgain(ctx context.Context) (*process.Process, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), startTime)
	defer cancel()

	return s.buildkitd.Start(ctx)
}
