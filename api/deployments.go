package api

import (
	"cmp"
	"context"
	"strconv"

	"github.com/google/uuid"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/workflows"
)

func (s *service) listDeployments(ctx context.Context, input *ListDeploymentsInput) (*PageOutput[Deployment], error) {
	project, err := s.project(ctx, input.ProjectID)
	if err != nil {
		return nil, err
	}

	before, err := input.before()
	if err != nil {
		return nil, err
	}

	rows, err := s.queries.ListProjectDeployments(ctx, database.ListProjectDeploymentsParams{
		ProjectID: input.ProjectID, OrganisationID: organisationOf(ctx), EnvironmentID: lo.EmptyableToPtr(input.EnvironmentID), Before: before,
		States: lo.Ternary(input.State == nil, []string{}, input.State), Trigger: input.Trigger,
		Branch: input.Branch, Commit: input.Commit, Text: input.Text, Author: input.Author, MaxRows: input.rows(),
	})
	if err != nil {
		return nil, err
	}

	deployments, err := lo.MapErr(rows, func(r database.ListProjectDeploymentsRow, _ int) (Deployment, error) {
		return s.newDeployment(r.Deployment, project.Project, r.Environment, r.Hostname)
	})
	if err != nil {
		return nil, err
	}

	if err := s.addActors(ctx, deployments); err != nil {
		return nil, err
	}

	return page(input.PageInput, deployments,
		func(d Deployment) Deployment { return d },
		func(d Deployment) uuid.UUID { return d.ID }), nil
}

func (s *service) getDeployment(ctx context.Context, input *DeploymentPath) (*DeploymentOutput, error) {
	row, err := s.deployment(ctx, input.DeploymentID)
	if err != nil {
		return nil, err
	}

	full, err := s.fullDeployment(ctx, row)
	if err != nil {
		return nil, err
	}

	return &DeploymentOutput{Body: full}, nil
}

func (s *service) createDeployment(ctx context.Context, input *CreateDeploymentInput) (*DeploymentOutput, error) {
	project, err := s.project(ctx, input.ProjectID)
	if err != nil {
		return nil, err
	}

	if err := checkBranch(cmp.Or(input.Body.Branch, project.Project.Branch)); err != nil {
		return nil, err
	}

	environment := lo.FromPtr(input.Body.EnvironmentID)
	request := []string{input.ProjectID.String(), input.Body.Branch, input.Body.Commit}

	// As api of the version before hashed it.
	if environment != uuid.Nil || input.Body.Preview {
		request = append(request, environment.String(), strconv.FormatBool(input.Body.Preview))
	}

	return s.start(ctx, input.IdempotencyKey, "deployment.create", request,
		func(by *uuid.UUID, also workflows.Also) (database.Deployment, error) {
			return s.deployments.Create(ctx, workflows.CreateRequest{
				ProjectID: input.ProjectID, EnvironmentID: environment, Branch: input.Body.Branch, Preview: input.Body.Preview,
				Commit: input.Body.Commit, Trigger: workflows.TriggerManual, CreatedBy: by, Also: also,
			})
		})
}

func (s *service) redeploy(ctx context.Context, input *RepeatDeploymentInput) (*DeploymentOutput, error) {
	return s.repeat(ctx, input, "deployment.redeploy", s.deployments.Redeploy)
}

func (s *service) rollback(ctx context.Context, input *RepeatDeploymentInput) (*DeploymentOutput, error) {
	return s.repeat(ctx, input, "deployment.rollback", s.deployments.Rollback)
}

type repetition func(ctx context.Context, request workflows.RepeatRequest) (database.Deployment, error)

func (s *service) repeat(ctx context.Context, input *RepeatDeploymentInput, action string, repeat repetition) (*DeploymentOutput, error) {
	return s.start(ctx, input.IdempotencyKey, action, input.DeploymentID,
		func(by *uuid.UUID, also workflows.Also) (database.Deployment, error) {
			return repeat(ctx, workflows.RepeatRequest{DeploymentID: input.DeploymentID, CreatedBy: by, Also: also})
		})
}

// start starts a deployment, once for each idempotency key, and answers with it.
func (s *service) start(
	ctx context.Context, key, action string, request any, create func(by *uuid.UUID, also workflows.Also) (database.Deployment, error),
) (*DeploymentOutput, error) {
	created, err := s.createOnce(ctx, key, action, request, func(settle settle) (uuid.UUID, error) {
		deployment, err := create(new(callerOf(ctx).userID), func(ctx context.Context, queries *database.Queries, created uuid.UUID) error {
			if err := settle(ctx, queries, created); err != nil {
				return err
			}

			return audit(ctx, queries, deploymentEvent(action, created))
		})

		return deployment.ID, err
	})
	if err != nil {
		return nil, err
	}

	return s.getDeployment(ctx, &DeploymentPath{DeploymentID: created})
}

func (s *service) cancelDeployment(ctx context.Context, input *DeploymentPath) (*DeploymentOutput, error) {
	_, err := s.deployments.Cancel(ctx, input.DeploymentID, func(ctx context.Context, queries *database.Queries, cancelled uuid.UUID) error {
		return audit(ctx, queries, deploymentEvent("deployment.cancel", cancelled))
	})
	if err != nil {
		return nil, err
	}

	return s.getDeployment(ctx, input)
}

// deployment returns one deployment of the organisation that the operation is about.
func (s *service) deployment(ctx context.Context, deployment uuid.UUID) (database.GetDeploymentOfRow, error) {
	row, err := s.queries.GetDeploymentOf(ctx, deployment, organisationOf(ctx))

	return found(row, err, "deployment")
}

// fullDeployment adds what lists leave out.
func (s *service) fullDeployment(ctx context.Context, row database.GetDeploymentOfRow) (Deployment, error) {
	full, err := s.newDeployment(row.Deployment, row.Project, row.Environment, row.Hostname)
	if err != nil {
		return full, err
	}

	steps, err := s.queries.ListDeploymentSteps(ctx, full.ID, organisationOf(ctx))
	if err != nil {
		return full, err
	}

	vms, err := s.queries.ListDeploymentVMsOf(ctx, full.ID, organisationOf(ctx))
	if err != nil {
		return full, err
	}

	full.Timeline = lo.Map(steps, func(r database.DeploymentStep, _ int) StepAttempt { return newStepAttempt(r) })
	full.VMs = lo.Map(vms, func(r database.ListDeploymentVMsOfRow, _ int) VM { return newVM(r) })

	if full.Origin, err = s.originOf(ctx, row.Deployment); err != nil {
		return full, err
	}

	if full.Waiting, err = s.waitingOf(ctx, row, full.Timeline); err != nil {
		return full, err
	}

	if full.Actions, err = s.actionsOn(ctx, row); err != nil {
		return full, err
	}

	if err := s.addOutput(ctx, full.Error, row.Deployment); err != nil {
		return full, err
	}

	one := []Deployment{full}
	err = s.addActors(ctx, one)

	return one[0], err
}

func newStepAttempt(row database.DeploymentStep) StepAttempt {
	return StepAttempt{
		Step: row.Step, Attempt: int(row.Attempt), State: row.State, Worker: row.Worker, Host: workflows.HostOf(row.Worker), WaitingFor: lo.FromPtr(row.WaitingFor),
		Error: lo.FromPtr(row.Error), StartedAt: row.StartedAt, EndedAt: row.EndedAt,
	}
}

func newVM(row database.ListDeploymentVMsOfRow) VM {
	vm := row.VM

	return VM{
		ID: vm.ID, Kind: vm.Kind, State: vm.State, Node: row.Node, Region: row.Region, Message: lo.FromPtr(vm.Message),
		ExitCode: widen(vm.ExitCode), Restarts: int(vm.Restarts), Desired: vm.DesiredState, CPUMillis: int(vm.CPUMillis), MemoryBytes: vm.MemoryBytes,
		CreatedAt: vm.CreatedAt, StartedAt: vm.StartedAt, HealthyAt: vm.HealthyAt, RemovedAt: vm.RemovedAt, Replaces: vm.ReplacesID,
	}
}

// newDeployment describes a deployment to an environment of a project. hostname is its own; empty for none.
func (s *service) newDeployment(row database.Deployment, project database.Project, environment database.Environment, hostname string) (Deployment, error) {
	plan, err := newBuildPlan(row.ID, row.BuildPlan)
	if err != nil {
		return Deployment{}, err
	}

	deployment := Deployment{
		ID: row.ID, ProjectID: row.ProjectID, EnvironmentID: row.EnvironmentID, Environment: environment.Slug,
		State: row.State, Step: row.Step, Trigger: row.Trigger, OriginID: row.OriginID, Branch: row.Branch,
		CommitSHA: lo.FromPtr(row.CommitSHA), CommitMessage: lo.FromPtr(row.CommitMessage), CommitAuthor: lo.FromPtr(row.CommitAuthor),
		BuildPlan: plan, ImageDigest: lo.FromPtr(row.ImageDigest), URL: s.config.environmentURL(project.Slug, environment.Slug),
		CreatedAt: row.CreatedAt, StartedAt: row.StartedAt, HeldAt: row.HeldAt, EndedAt: row.EndedAt,
		Error: newDeploymentError(row), PullRequest: pullRequestOf(project, environment),
	}

	if hostname != "" {
		deployment.DeploymentURL = s.config.OriginOf(hostname)
	}

	if row.CommitSHA != nil {
		deployment.CommitURL = pageOnGitHub(project, "commit", *row.CommitSHA)
	}

	return deployment, nil
}

func deploymentEvent(action string, deployment uuid.UUID) AuditEvent {
	return AuditEvent{Action: action, SubjectType: "deployment", SubjectID: deployment}
}
