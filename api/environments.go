package api

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/problem"
	"github.com/zeitwork/zeitwork/workflows"
)

// longestPreview bounds the end that a user may set for a preview.
const longestPreview = 365 * 24 * time.Hour

func (s *service) listEnvironments(ctx context.Context, input *ListEnvironmentsInput) (*PageOutput[Environment], error) {
	asked := PageInput(input.LongPageInput)

	after, err := asked.after()
	if err != nil {
		return nil, err
	}

	rows, err := s.queries.ListEnvironmentsOf(ctx, database.ListEnvironmentsOfParams{
		ProjectID: input.ProjectID, OrganisationID: organisationOf(ctx), After: after, Slug: input.Slug, Branch: input.Branch, MaxRows: asked.rows(),
	})
	if err != nil {
		return nil, err
	}

	return page(asked, rows,
		func(r database.ListEnvironmentsOfRow) Environment {
			return s.newEnvironment(database.GetEnvironmentOfRow(r))
		},
		func(e Environment) uuid.UUID { return e.ID }), nil
}

func (s *service) getEnvironment(ctx context.Context, input *EnvironmentPath) (*EnvironmentOutput, error) {
	row, err := s.environment(ctx, input.EnvironmentID)
	if err != nil {
		return nil, err
	}

	return &EnvironmentOutput{Body: s.newEnvironment(row)}, nil
}

func (s *service) createEnvironment(ctx context.Context, input *CreateEnvironmentInput) (*EnvironmentOutput, error) {
	if err := checkBranch(input.Body.Branch); err != nil {
		return nil, err
	}

	request := []string{input.ProjectID.String(), input.Body.Branch}

	created, err := s.createOnce(ctx, input.IdempotencyKey, "create-environment", request, func(settle settle) (uuid.UUID, error) {
		preview, err := s.deployments.CreatePreview(ctx, input.ProjectID, input.Body.Branch,
			alsoAudit(settle, "environment.create", map[string]any{"branch": input.Body.Branch}))

		return preview.ID, err
	})
	if err != nil {
		return nil, err
	}

	return s.getEnvironment(ctx, &EnvironmentPath{EnvironmentID: created})
}

func (s *service) updateEnvironment(ctx context.Context, input *UpdateEnvironmentInput) (*EnvironmentOutput, error) {
	row, err := s.environment(ctx, input.EnvironmentID)
	if err != nil {
		return nil, err
	}

	if end := input.Body.ExpiresAt; end != nil {
		if err := checkPreviewEnd(row.Environment, *end); err != nil {
			return nil, err
		}
	}

	settings, changed := settingsOf(input)
	if len(changed) > 0 {
		err := s.deployments.SetEnvironment(ctx, input.EnvironmentID, organisationOf(ctx), settings,
			alsoAudit(nil, "environment.update", map[string]any{"changed": changed}))
		if err != nil {
			return nil, err
		}
	}

	return s.getEnvironment(ctx, &input.EnvironmentPath)
}

// settingsOf returns what a request changes, also by name.
func settingsOf(input *UpdateEnvironmentInput) (settings workflows.EnvironmentSettings, changed []string) {
	settings.ExpiresAt, settings.SkewProtection = input.Body.ExpiresAt, input.Body.SkewProtection

	if settings.ExpiresAt != nil {
		changed = append(changed, "expires_at")
	}

	if minutes := input.Body.SleepAfterMinutes; minutes != nil {
		settings.SleepAfterMinutes = new(int32(*minutes)) //nolint:gosec // At most 720.
		changed = append(changed, "sleep_after_minutes")
	}

	if settings.SkewProtection != nil {
		changed = append(changed, "skew_protection")
	}

	return settings, changed
}

func checkPreviewEnd(environment database.Environment, end time.Time) error {
	if environment.Kind == environmentProduction {
		return problem.New(problem.Conflict, "Production has no end: it stays as long as its project.")
	}

	if until := time.Until(end); until < 0 || until > longestPreview {
		return problem.New(problem.Invalid, "expires_at must lie in the next %d days.", int(longestPreview.Hours()/24)) //nolint:mnd // Hours of a day.
	}

	return nil
}

func (s *service) deleteEnvironment(ctx context.Context, input *EnvironmentPath) (*struct{}, error) {
	row, err := s.environment(ctx, input.EnvironmentID)
	if err != nil {
		return nil, err
	}

	return nil, s.deployments.EndPreview(ctx, row.Environment.ProjectID, input.EnvironmentID, "",
		alsoAudit(nil, "environment.delete", map[string]any{"branch": row.Environment.Branch}))
}

func (s *service) approveEnvironment(ctx context.Context, input *ApproveEnvironmentInput) (*DeploymentOutput, error) {
	request := []string{input.EnvironmentID.String(), input.Body.Commit}

	return s.start(ctx, input.IdempotencyKey, "deployment.approve", request, func(by *uuid.UUID, also workflows.Also) (database.Deployment, error) {
		return s.deployments.Approve(ctx, workflows.ApproveRequest{EnvironmentID: input.EnvironmentID, Commit: input.Body.Commit, ApprovedBy: by, Also: also})
	})
}

func (s *service) promote(ctx context.Context, input *RepeatDeploymentInput) (*DeploymentOutput, error) {
	return s.repeat(ctx, input, "deployment.promote", s.deployments.Promote)
}

// environment returns one environment that is not deleted, of the organisation that the caller was admitted to.
func (s *service) environment(ctx context.Context, environment uuid.UUID) (database.GetEnvironmentOfRow, error) {
	row, err := s.queries.GetEnvironmentOf(ctx, environment, organisationOf(ctx))

	return found(row, err, "environment")
}

func (s *service) newEnvironment(row database.GetEnvironmentOfRow) Environment {
	e := row.Environment

	return Environment{
		ID: e.ID, ProjectID: e.ProjectID, Kind: e.Kind, Slug: e.Slug, Branch: e.Branch, URL: s.config.OriginOf(row.Hostname),
		LiveDeploymentID: row.LiveDeploymentID, PinnedBy: e.PinnedByID, HeldDeploymentID: row.HeldDeploymentID, ExpiresAt: e.ExpiresAt, CreatedAt: e.CreatedAt,
		SleepAfterMinutes: int(lo.FromPtr(e.SleepAfterMinutes)), AsleepSince: e.AsleepSince, WakeProblem: lo.FromPtr(e.WakeProblem),
		SkewProtection: e.SkewProtection,
		PullRequest:    newPullRequest(e),
	}
}

func newPullRequest(e database.Environment) *PullRequest {
	if e.PullRequestNumber == nil {
		return nil
	}

	pull := &PullRequest{
		Number: int(*e.PullRequestNumber), Title: lo.FromPtr(e.PullRequestTitle), Author: lo.FromPtr(e.PullRequestAuthor), HeadBranch: lo.FromPtr(e.HeadBranch),
		IsFork: e.IsFork, AwaitingCommit: lo.FromPtr(e.AwaitingCommit), ApprovedCommit: lo.FromPtr(e.ApprovedCommit),
	}
	if e.AwaitingCommit != nil {
		pull.WaitingFor = workflows.WaitingForApproval(e, *e.AwaitingCommit)
	}

	return pull
}

// requireEnvironment returns a problem for an environment that is not the project's, or is deleted. The project is locked.
func requireEnvironment(ctx context.Context, queries *database.Queries, project, environment uuid.UUID) error {
	there, err := queries.ProjectHasEnvironment(ctx, environment, project, organisationOf(ctx))
	if err == nil && !there {
		err = problem.New(problem.NotFound, "There is no such environment.")
	}

	return err
}

// alsoAudit settles the idempotency key of a change to an environment, where there is one, and records the change.
func alsoAudit(settle settle, action string, details map[string]any) workflows.Also {
	return func(ctx context.Context, queries *database.Queries, environment uuid.UUID) error {
		if settle != nil {
			if err := settle(ctx, queries, environment); err != nil {
				return err
			}
		}

		return audit(ctx, queries, environmentEvent(action, environment, details))
	}
}

func environmentEvent(action string, environment uuid.UUID, details map[string]any) AuditEvent {
	return AuditEvent{Action: action, SubjectType: "environment", SubjectID: environment, Details: details}
}
