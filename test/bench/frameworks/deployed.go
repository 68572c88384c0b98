package frameworks

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/test/rig"
)

// deployed is how one deployment went.
type deployed struct {
	digest string
	// build is how long the build and push steps took.
	build time.Duration
	// log is what BuildKit did, one line an instruction.
	log []string
}

// deploy deploys the newest commit and returns when it is live.
func deploy(ctx context.Context, p *rig.Platform, project uuid.UUID) (deployed, error) {
	d, err := p.Deploy(ctx, project)
	if err != nil {
		return deployed{}, err
	}

	if d.State != client.DeploymentStateLive {
		return deployed{}, fmt.Errorf("the deployment is %s: %s", d.State, lo.FromPtr(d.Error).Message)
	}

	return read(ctx, p, d)
}

func read(ctx context.Context, p *rig.Platform, d client.Deployment) (deployed, error) {
	result := deployed{digest: lo.FromPtr(d.ImageDigest)}

	for _, step := range lo.FromPtr(d.Timeline) {
		if step.EndedAt == nil {
			return deployed{}, fmt.Errorf("step %s of a live deployment has not ended", step.Step)
		}

		if step.Step == "build" || step.Step == "push" {
			result.build += step.EndedAt.Sub(step.StartedAt)
		}
	}

	if result.build == 0 || result.digest == "" {
		return deployed{}, errors.New("a live deployment was not built")
	}

	lines, err := p.API.ListBuildLogsWithResponse(ctx, d.ID, nil)
	if err != nil || lines.JSON200 == nil {
		return deployed{}, rig.Failed("read the build log", err, lo.FromPtr(lines).Body)
	}

	for _, line := range lines.JSON200.Items {
		if line.Stream == "system" && strings.Contains(line.Line, ": done in ") {
			result.log = append(result.log, line.Line)
		}
	}

	return result, nil
}
