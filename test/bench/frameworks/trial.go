package frameworks

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/containerd/containerd/v2/pkg/oci"
	"github.com/google/uuid"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/test/rig"
)

// try runs a project's image and returns how long it takes from its start until its first 200, and how much memory, in bytes, it has when it
// has answered some requests.
func (b *workbench) try(ctx context.Context, project uuid.UUID, digest string, variables map[string]string) (time.Duration, int64, error) {
	const requests = 20

	port, err := rig.FreePort(ctx)
	if err != nil {
		return 0, 0, err
	}

	image, err := b.runner.Pull(ctx, imageRepository(project), "@"+digest)
	if err != nil {
		return 0, 0, err
	}

	environment := append(lo.MapToSlice(variables, func(name, value string) string { return name + "=" + value }), "PORT="+strconv.Itoa(port))

	running, err := b.runner.Start(ctx, image, oci.WithEnv(environment))
	if err != nil {
		return 0, 0, err
	}
	defer func() { _ = running.Remove(ctx) }()

	url := "http://127.0.0.1:" + strconv.Itoa(port)
	visitor := rig.Transport{HTTPS: true}

	if err := visitor.AwaitOK(ctx, url, ""); err != nil {
		return 0, 0, err
	}

	took := time.Since(running.Started)

	for range requests {
		answer, err := visitor.Ask(ctx, http.MethodGet, url, nil)
		if err != nil {
			return 0, 0, err
		}

		if answer.Status != http.StatusOK {
			return 0, 0, fmt.Errorf("the app has answered with 200 and then with %d", answer.Status)
		}
	}

	memory, err := memoryOf(ctx, running)

	return took, memory, err
}
