package daemon

import (
	"context"
	"os"
	"path/filepath"
	"strings"

	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/internal/process"
)

// Service is a process of Zeitwork itself, run as a child beside the daemons.
type Service struct {
	Home process.Home
	// Name is what its log is named for.
	Name string
	// Program and Arguments are what is run. One of the arguments must be Instance, by which the next run finds a service that a killed
	// run has left.
	Program   string
	Arguments []string
	// Instance is a path that no other service uses.
	Instance string
	// Environ is added to the environment of this process, from which everything named ZEITWORK_ is taken out.
	Environ []string
	// NetworkNamespace is where the network namespace that it runs in is mounted; empty: that of this process.
	NetworkNamespace string
	// Ready returns nil once the service answers; nil: Start does not wait for that.
	Ready func(ctx context.Context) error
}

// Start starts the service, and waits until it is ready where Ready is set. The process's address is empty.
func (s Service) Start(ctx context.Context) (*process.Process, error) {
	if err := s.EndLeftover(ctx); err != nil {
		return nil, err
	}

	inherited := lo.Reject(os.Environ(), func(variable string, _ int) bool { return strings.HasPrefix(variable, "ZEITWORK_") })

	return s.Home.Start(ctx, process.Spec{
		Name: s.Name, Program: s.Program, Arguments: s.Arguments,
		Environment: append(inherited, s.Environ...), Ready: s.Ready, NetworkNamespace: s.NetworkNamespace,
	})
}

// EndLeftover ends the service where an earlier run left it running. Start does so first.
func (s Service) EndLeftover(ctx context.Context) error {
	return process.EndLeftovers(ctx, filepath.Base(s.Program), s.Instance)
}
