package main

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/internal/id"
	"github.com/zeitwork/zeitwork/test/rig"
)

const (
	instances = 2
	// released is what the release command of every project writes.
	released = "released"
	// answerTime bounds how long the API may be away before it answers a call.
	answerTime = time.Minute
	// betweenPushes is how far apart the two pushes of actionTwoPushes are.
	betweenPushes = 100 * time.Millisecond
)

// project is a project of the platform, with what the harness has asked of it.
type project struct {
	api    *client.ClientWithResponses
	sample *sample

	id   uuid.UUID
	host string

	mutex sync.Mutex
	made  []uuid.UUID
	// wanted is how many instances the project asks for.
	wanted int
}

func newProject(ctx context.Context, api *client.ClientWithResponses, s *sample) (*project, error) {
	if _, err := s.push(ctx); err != nil {
		return nil, err
	}

	made, err := api.CreateProjectWithResponse(ctx, nil, client.CreateProjectInputBody{
		Name: s.name, RepositoryURL: s.URL(), AutoDeploy: new(bool), Instances: lo.ToPtr[int64](instances),
		ReleaseCommand: new("echo " + released),
		CPUMillis:      lo.ToPtr[int64](100), MemoryBytes: lo.ToPtr[int64](64 << 20), //nolint:mnd // Room for all on a small machine.
	})
	if err != nil || made.JSON201 == nil {
		return nil, rig.Failed("make project "+s.name, err, lo.FromPtr(made).Body)
	}

	return &project{
		api: api, sample: s, id: made.JSON201.ID, host: strings.TrimPrefix(made.JSON201.URL, "http://"), wanted: instances,
	}, nil
}

// deploy pushes a new version and asks for its deployment.
func (p *project) deploy(ctx context.Context) (uuid.UUID, error) {
	commit, err := p.sample.push(ctx)
	if err != nil {
		return uuid.Nil, err
	}

	key := id.New().String()

	return p.remember(ask(ctx, "create a deployment", func(ctx context.Context) (uuid.UUID, []byte, error) {
		answer, err := p.api.CreateDeploymentWithResponse(ctx, p.id, &client.CreateDeploymentParams{IdempotencyKey: &key},
			client.CreateDeploymentInputBody{Commit: &commit})

		return idOf(lo.FromPtr(answer).JSON201), lo.FromPtr(answer).Body, err
	}))
}

// rollback goes back to a deployment.
func (p *project) rollback(ctx context.Context, to uuid.UUID) (uuid.UUID, error) {
	key := id.New().String()

	return p.remember(ask(ctx, "roll back", func(ctx context.Context) (uuid.UUID, []byte, error) {
		answer, err := p.api.RollbackWithResponse(ctx, to, &client.RollbackParams{IdempotencyKey: &key})

		return idOf(lo.FromPtr(answer).JSON201), lo.FromPtr(answer).Body, err
	}))
}

// cancel cancels a deployment; one that has ended already stays as it is.
func (p *project) cancel(ctx context.Context, deployment uuid.UUID) error {
	_, err := ask(ctx, "cancel", func(ctx context.Context) (uuid.UUID, []byte, error) {
		answer, err := p.api.CancelDeploymentWithResponse(ctx, deployment)
		if err == nil && answer.ApplicationProblemJSON409 != nil && strings.Contains(string(answer.Body), "already") {
			return deployment, nil, nil
		}

		return idOf(lo.FromPtr(answer).JSON200), lo.FromPtr(answer).Body, err
	})

	return err
}

// restart has the instances of a live deployment start anew.
func (p *project) restart(ctx context.Context, deployment uuid.UUID) error {
	_, err := ask(ctx, "restart", func(ctx context.Context) (uuid.UUID, []byte, error) {
		answer, err := p.api.RestartDeploymentWithResponse(ctx, deployment)

		return idOf(lo.FromPtr(answer).JSON200), lo.FromPtr(answer).Body, err
	})

	return err
}

// inspect asks for what detection says of the repository.
func (p *project) inspect(ctx context.Context) (uuid.UUID, error) {
	key, repository := id.New().String(), p.sample.URL()

	return ask(ctx, "look at the repository", func(ctx context.Context) (uuid.UUID, []byte, error) {
		answer, err := p.api.CreateDetectionWithResponse(ctx, &client.CreateDetectionParams{IdempotencyKey: &key},
			client.CreateDetectionInputBody{RepositoryURL: &repository})

		return lo.FromPtr(lo.FromPtr(answer).JSON201).ID, lo.FromPtr(answer).Body, err
	})
}

func (p *project) remember(deployment uuid.UUID, err error) (uuid.UUID, error) {
	if err != nil {
		return uuid.Nil, err
	}

	p.mutex.Lock()
	defer p.mutex.Unlock()

	p.made = append(p.made, deployment)

	return deployment, nil
}

// update changes settings of the project.
func (p *project) update(ctx context.Context, what string, change client.ProjectUpdate) error {
	_, err := ask(ctx, what, func(ctx context.Context) (uuid.UUID, []byte, error) {
		answer, err := p.api.UpdateProjectWithResponse(ctx, p.id, change)
		if lo.FromPtr(answer).JSON200 == nil {
			return uuid.Nil, lo.FromPtr(answer).Body, err
		}

		return p.id, nil, err
	})

	return err
}

// autoDeploy tells whether pushes are deployed by themselves.
func (p *project) autoDeploy(ctx context.Context, on bool) error {
	return p.update(ctx, "change whether pushes are deployed", client.ProjectUpdate{AutoDeploy: &on})
}

// unpin lets pushes go on that a rollback holds; a project that is not pinned stays as it is.
func (p *project) unpin(ctx context.Context) error {
	_, err := ask(ctx, "unpin", func(ctx context.Context) (uuid.UUID, []byte, error) {
		answer, err := p.api.UnpinProjectWithResponse(ctx, p.id)
		if err == nil && (answer.JSON200 != nil || answer.StatusCode() == http.StatusConflict) {
			return p.id, nil, nil
		}

		return uuid.Nil, lo.FromPtr(answer).Body, err
	})

	return err
}

// scale asks for a number of instances, which what is live follows without a deployment.
func (p *project) scale(ctx context.Context, wanted int) error {
	err := p.update(ctx, "change the instances", client.ProjectUpdate{Instances: new(int64(wanted))})

	p.mutex.Lock()
	defer p.mutex.Unlock()

	p.wanted = wanted

	return err
}

// instances are how many VMs must serve for the project.
func (p *project) instances() int {
	p.mutex.Lock()
	defer p.mutex.Unlock()

	return p.wanted
}

// deployments are all that were asked for.
func (p *project) deployments() []uuid.UUID {
	p.mutex.Lock()
	defer p.mutex.Unlock()

	return append([]uuid.UUID(nil), p.made...)
}

func idOf(deployment *client.Deployment) uuid.UUID {
	return lo.FromPtr(deployment).ID
}

// ask calls until there is an answer that names a deployment, as the CLI of a patient user does: whatever was killed is back
// by then. The calls carry an idempotency key, so that asking twice makes one.
func ask(ctx context.Context, what string, call func(ctx context.Context) (uuid.UUID, []byte, error)) (uuid.UUID, error) {
	const pause, callTime = 100 * time.Millisecond, 15 * time.Second

	ctx, cancel := context.WithTimeout(ctx, answerTime)
	defer cancel()

	for {
		one, end := context.WithTimeout(ctx, callTime)
		made, body, err := call(one)

		end()

		if err == nil && made != uuid.Nil {
			return made, nil
		}

		if rig.Sleep(ctx, pause) != nil {
			return uuid.Nil, rig.Failed(fmt.Sprintf("%s: no answer within %s; the last was", what, answerTime), err, body)
		}
	}
}
