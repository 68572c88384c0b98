package api

import (
	"context"
	"slices"

	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/database/keyring"
	"github.com/zeitwork/zeitwork/workflows"
)

// appliedAtOnce are the settings that need no deployment.
var appliedAtOnce = []string{"auto_deploy", "ignored_paths", "instances", "name", "preview_days", "previews", "record_requests", "regions"}

func (s *service) getPendingChanges(ctx context.Context, input *ProjectPath) (*PendingChangesOutput, error) {
	project, err := s.project(ctx, input.ProjectID)
	if err != nil {
		return nil, err
	}

	live, err := s.queries.ListPendingChanges(ctx, input.ProjectID, organisationOf(ctx))
	if err != nil {
		return nil, err
	}

	all, err := lo.MapErr(live, func(row database.ListPendingChangesRow, _ int) (PendingChanges, error) {
		return s.pendingIn(ctx, project.Project, row)
	})
	if err != nil {
		return nil, err
	}

	output := &PendingChangesOutput{}
	output.Body.Environments = lo.Filter(all, func(p PendingChanges, _ int) bool { return len(p.Variables)+len(p.Settings) > 0 })

	return output, nil
}

// pendingIn compares what is live in an environment with what a new deployment would get.
func (s *service) pendingIn(ctx context.Context, project database.Project, live database.ListPendingChangesRow) (pending PendingChanges, err error) {
	pending = PendingChanges{
		EnvironmentID: live.EnvironmentID, Environment: live.Slug, LiveDeploymentID: live.ID, Since: live.SealedAt, Variables: []PendingVariable{},
		Settings: lo.Without(live.Settings, appliedAtOnce...),
	}

	// Previews of forks get no variables.
	if !live.IsFork {
		pending.Variables, err = s.pendingVariables(ctx, project, live)
	}

	return pending, err
}

// pendingVariables goes by names and times, and compares no values: who could ask whether two values are alike could guess them.
func (s *service) pendingVariables(ctx context.Context, project database.Project, live database.ListPendingChangesRow) ([]PendingVariable, error) {
	atBuild, err := workflows.VisibleToBuild(project, live.BuildPlan)
	if err != nil {
		return nil, err
	}

	snapshot := keyring.Snapshot{OrganisationID: project.OrganisationID, ProjectID: project.ID, DeploymentID: live.ID}

	sealed, err := s.keyring.OpenEnvironment(ctx, s.queries, snapshot, live.EnvironmentSealed)
	if err != nil {
		return nil, err
	}

	gone, added := lo.Difference(lo.Keys(sealed), live.Variables)
	changes := map[string]string{}

	for _, name := range gone {
		changes[name] = "deleted"
	}

	for _, name := range append(added, live.Written...) {
		changes[name] = "written"
	}

	names := lo.Keys(changes)
	slices.Sort(names)

	return lo.Map(names, func(name string, _ int) PendingVariable {
		return PendingVariable{Name: name, Change: changes[name], AtBuild: atBuild(name)}
	}), nil
}
