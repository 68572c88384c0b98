package daemon

import (
	"context"
	"os"
	"path/filepath"
	"strings"

	"github.com/samber/lo"
)

// Service is a process of Zeitwork itself, run as a child beside the daemons.
type Service struct {
	Home Home
	// Name is what its log is named for.
	Name string
	// Program and Arguments are what is run. One of the arguments must be Instance, so that the next run can find what
	// this one leaves when it is killed.
	Program   string
	Arguments []string
	// Instance is a path that no other service uses.
	Instance string
	// Environ is added to the environment of this process, from which everything named ZEITWORK_ is taken out.
	Environ []string
	// Ready returns nil once the service answers.
	Ready func(ctx context.Context) error
}

// Start starts the service and returns when it is ready. The process's address is empty.
func (s Service) Start(ctx context.Context) (*Process, error) {
	if err := endLeftovers(ctx, filepath.Base(s.Program), s.Instance); err != nil {
		return nil, err
	}

	inherited := lo.Reject(os.Environ(), func(variable string, _ int) bool { return strings.HasPrefix(variable, "ZEITWORK_") })

	return s.Home.start(ctx, spec{
		name: s.Name, program: s.Program, arguments: s.Arguments,
		environ: append(inherited, s.Environ...), ready: s.Ready,
	})
}
