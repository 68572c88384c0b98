package api

import (
	"context"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/database/quota"
	"github.com/zeitwork/zeitwork/internal/gitssh"
)

func (s *service) updateProject(ctx context.Context, input *UpdateProjectInput) (*ProjectOutput, error) {
	keep := input.Body.RecordRequests
	if keep != nil && *keep {
		s.forgetRequests(ctx, input.ProjectID)
	}

	if err := s.changeProject(ctx, input.ProjectID, input.Body); err != nil {
		return nil, err
	}

	if keep != nil && !*keep {
		s.forgetRequests(ctx, input.ProjectID)
	}

	return s.getProject(ctx, &input.ProjectPath)
}

func (s *service) changeProject(ctx context.Context, project uuid.UUID, update ProjectUpdate) error {
	chosen, err := s.chooseOther(ctx, &update)
	if err != nil {
		return err
	}

	return database.InTx(ctx, s.pool, func(tx pgx.Tx, queries *database.Queries) error {
		before, err := lockProject(ctx, queries, project)
		if err != nil {
			return err
		}

		after, changed := update.apply(before)
		if after, err = update.placeInstances(ctx, queries, before, after); err != nil {
			return err
		}

		if after.GithubRepositoryID, err = chosen.replace(ctx, queries, before, after); err != nil {
			return err
		}

		after.RepositoryURL = gitssh.URL(after.RepositoryURL)

		if err := s.config.checkSettings(after); err != nil {
			return err
		}

		if lo.FromPtr(after.GithubRepositoryID) != lo.FromPtr(before.GithubRepositoryID) {
			if err := s.deployments.LeaveRepository(ctx, tx, after.ID); err != nil {
				return err
			}
		}

		if err := mayChange(ctx, queries, before, after); err != nil {
			return err
		}

		if err := queries.UpdateProject(ctx, database.UpdateProjectParams{
			ID: after.ID, OrganisationID: after.OrganisationID, Name: after.Name, RepositoryURL: after.RepositoryURL, Branch: after.Branch,
			RootDirectory:  after.RootDirectory,
			DockerfilePath: after.DockerfilePath, DockerfileTarget: after.DockerfileTarget, Port: after.Port, HealthPath: after.HealthPath, Instances: after.Instances,
			Regions: after.Regions, RegionInstances: after.RegionInstances,
			CPUMillis: after.CPUMillis, MemoryBytes: after.MemoryBytes, AutoDeploy: after.AutoDeploy,
			ReleaseCommand: after.ReleaseCommand, BuildVariables: after.BuildVariables,
			StartSeconds: after.StartSeconds, GraceSeconds: after.GraceSeconds, Previews: after.Previews, PreviewDays: after.PreviewDays,
			GithubRepositoryID: after.GithubRepositoryID, PullRequestPreviews: after.PullRequestPreviews, IgnoredPaths: after.IgnoredPaths,
			RecordRequests: after.RecordRequests,
		}); err != nil {
			return err
		}

		if err := forgetSeen(ctx, queries, before, after); err != nil {
			return err
		}

		return audit(ctx, queries, projectEvent("project.update", after.ID, map[string]any{"changed": changed}))
	})
}

// forgetSeen forgets what was seen in a project's repository where that means nothing any more, and has it looked at anew.
func forgetSeen(ctx context.Context, queries *database.Queries, before, after database.Project) error {
	if after.RepositoryURL != before.RepositoryURL || after.Branch != before.Branch {
		if err := queries.ForgetPoll(ctx, after.ID, after.OrganisationID); err != nil {
			return err
		}
	}

	if err := requestOtherPoll(ctx, queries, before, after); err != nil {
		return err
	}

	// The branches that are there when previews are turned on are no pushes.
	if after.RepositoryURL != before.RepositoryURL || previewsOf(after) != previewsOf(before) {
		return queries.ForgetAllBranches(ctx, after.ID, after.OrganisationID)
	}

	return nil
}

// checkSettings refuses settings that a project cannot have.
func (c Config) checkSettings(project database.Project) error {
	if err := c.checkSource(project.RepositoryURL, project.Branch, project.RootDirectory, project.DockerfilePath); err != nil {
		return err
	}

	if err := checkBuild(project.ReleaseCommand, project.BuildVariables); err != nil {
		return err
	}

	if err := checkPullRequests(project.PullRequestPreviews, project.GithubRepositoryID != nil); err != nil {
		return err
	}

	return checkIgnoredPaths(project.IgnoredPaths)
}

// mayChange refuses settings that a project cannot have at the moment.
func mayChange(ctx context.Context, queries *database.Queries, before, after database.Project) error {
	if err := mayAsk(ctx, queries, before, after); err != nil {
		return err
	}

	return mayRecord(ctx, queries, before, after)
}

// mayAsk returns a conflict where a project asks for more than before, and for more than the organisation has.
func mayAsk(ctx context.Context, queries *database.Queries, before, after database.Project) error {
	if after.Instances <= before.Instances && after.CPUMillis <= before.CPUMillis && after.MemoryBytes <= before.MemoryBytes {
		return nil
	}

	return quota.Settings(ctx, queries, after)
}
