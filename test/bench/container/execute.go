package container

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/containerd/containerd/v2/pkg/cio"

	"github.com/zeitwork/zeitwork/internal/id"
)

// Execute runs a command in the container and returns how long it took. The environment is added to the container's, in the form NAME=VALUE.
// The error of a command that fails has what it wrote.
func (c *Container) Execute(ctx context.Context, environment, command []string) (time.Duration, error) {
	ctx = namespaced(ctx)
	what := strings.Join(command, " ")

	specification, err := c.container.Spec(ctx)
	if err != nil {
		return 0, fmt.Errorf("read the container's specification: %w", err)
	}

	process := *specification.Process
	process.Args, process.Env = command, slices.Concat(process.Env, environment)

	var output bytes.Buffer

	execution, err := c.task.Exec(ctx, id.New().String(), &process, cio.NewCreator(cio.WithStreams(nil, &output, &output)))
	if err != nil {
		return 0, fmt.Errorf("prepare %s: %w", what, err)
	}

	exited, err := execution.Wait(ctx)
	if err != nil {
		return 0, fmt.Errorf("wait for %s: %w", what, err)
	}

	began := time.Now()

	if err := execution.Start(ctx); err != nil {
		return 0, fmt.Errorf("start %s: %w", what, err)
	}

	status := <-exited
	took := time.Since(began)

	if _, err := execution.Delete(ctx); err != nil {
		return 0, fmt.Errorf("end %s: %w", what, err)
	}

	code, _, err := status.Result()
	if err != nil {
		return 0, fmt.Errorf("wait for %s: %w", what, err)
	}

	if code != 0 {
		return 0, fmt.Errorf("%s: exit code %d\n%s", what, code, output.String())
	}

	return took, nil
}
