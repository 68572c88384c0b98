package scale

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"

	"github.com/google/uuid"

	"github.com/zeitwork/zeitwork/activities"
	"github.com/zeitwork/zeitwork/activities/detect/buildplan"
	"github.com/zeitwork/zeitwork/internal/id"
	"github.com/zeitwork/zeitwork/workflows"
)

// port is where every app listens.
const port = 8080

var errNoBuilder = errors.New("nothing is built here")

// newDigest returns one that nothing else has.
func newDigest() string {
	made := id.New()
	sum := sha256.Sum256(made[:])

	return "sha256:" + hex.EncodeToString(sum[:])
}

// stubSource has a new commit of every repository, at once, and no file.
type stubSource struct{ workflows.Source }

// Clone finds a commit that nobody has seen.
func (stubSource) Clone(context.Context, activities.CloneRequest) (activities.CloneResult, error) {
	const commit = 40

	digest := newDigest()

	return activities.CloneResult{Commit: digest[len(digest)-commit:], Message: "Change the colour", Author: "Ada", Digest: digest, SizeBytes: 1}, nil
}

// Open returns a tree without files.
func (stubSource) Open(context.Context, uuid.UUID, string) (*activities.Tree, error) {
	return &activities.Tree{}, nil
}

// stubBuilder has built everything already.
type stubBuilder struct{ workflows.Builder }

// Address is nobody's.
func (stubBuilder) Address() string { return "" }

// State says that nobody builds.
func (stubBuilder) State(context.Context) (activities.BuilderState, error) {
	return activities.BuilderState{}, errNoBuilder
}

// Plan finds a Dockerfile everywhere.
func (stubBuilder) Plan(context.Context, string, buildplan.Settings) (buildplan.Plan, error) {
	return buildplan.Plan{Framework: "dockerfile", Reason: "There is a Dockerfile.", Versions: map[string]string{}, Port: port, DockerfilePath: "Dockerfile"}, nil
}

// Build takes a place on a builder, as all builds do, and needs no time there.
func (stubBuilder) Build(ctx context.Context, request activities.BuildRequest, _ func(activities.LogLine)) (activities.BuildResult, error) {
	const most = 1000

	if _, err := request.Take(ctx, "tcp://builder:1234", most); err != nil {
		return activities.BuildResult{}, err
	}

	return activities.BuildResult{Digest: newDigest(), ExposedPorts: []int{port}}, nil
}

// stubPublisher is a registry that has every image.
type stubPublisher struct{ workflows.Publisher }

// Publish finds the image.
func (stubPublisher) Publish(_ context.Context, project, _ uuid.UUID, digest string) (activities.Image, error) {
	return activities.Image{Repository: activities.ImageRepository(project), Digest: digest, SizeBytes: 1}, nil
}

// stubCollector is a registry with nothing in it.
type stubCollector struct{ workflows.Collector }

// ListImages finds none.
func (stubCollector) ListImages(context.Context, uuid.UUID) ([]uuid.UUID, error) { return nil, nil }

// ListSources finds none.
func (stubCollector) ListSources(context.Context, uuid.UUID) ([]string, error) { return nil, nil }

// DeleteImage has nothing to delete.
func (stubCollector) DeleteImage(context.Context, uuid.UUID, string) error { return nil }

// DeleteSource has nothing to delete.
func (stubCollector) DeleteSource(context.Context, uuid.UUID, string) error { return nil }
