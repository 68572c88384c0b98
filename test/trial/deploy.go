package trial

import (
	"context"

	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/test/rig"
)

// What each application gets unless its project says otherwise.
const (
	memoryBytes = 1 << 30
	cpuMillis   = 500
)

// Deploy deploys in a new project with these settings and variables, and calls look once the deployment is live or has ended otherwise. The project is
// deleted behind that.
func Deploy(ctx context.Context, p *rig.Platform, settings client.CreateProjectInputBody, variables map[string]string,
	look func(client.Project, client.Deployment) error,
) (err error) {
	settings.MemoryBytes = lo.CoalesceOrEmpty(settings.MemoryBytes, lo.ToPtr[int64](memoryBytes))
	settings.CPUMillis = lo.CoalesceOrEmpty(settings.CPUMillis, lo.ToPtr[int64](cpuMillis))

	project, err := p.NewProject(ctx, settings, variables)
	if err != nil {
		return err
	}

	defer func() {
		if failed := p.DeleteProject(context.WithoutCancel(ctx), project.ID); failed != nil && err == nil {
			err = failed
		}
	}()

	deployment, err := p.Deploy(ctx, project.ID)
	if err != nil {
		return err
	}

	return look(project, deployment)
}
