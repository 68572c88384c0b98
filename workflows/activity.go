package workflows

import (
	"context"

	"github.com/google/uuid"

	"github.com/zeitwork/zeitwork/activities"
	"github.com/zeitwork/zeitwork/activities/detect/buildplan"
)

// Source is the part of *activities.Source that the chain uses.
type Source interface {
	Head(ctx context.Context, remote activities.Remote, branch string) (string, error)
	// Heads returns the full hashes of the commits that the branches point at, by the names of the branches: at least one.
	Heads(ctx context.Context, remote activities.Remote) (map[string]string, error)
	Clone(ctx context.Context, request activities.CloneRequest) (activities.CloneResult, error)
	Open(ctx context.Context, projectID uuid.UUID, digest string) (*activities.Tree, error)
	// Kept returns what Clone has kept of a commit; false where there is nothing.
	Kept(ctx context.Context, projectID uuid.UUID, commit string) (activities.CloneResult, bool, error)
	// Inspect shows the tree to look and keeps nothing of it.
	Inspect(ctx context.Context, request activities.CloneRequest, look func(directory string) error) (activities.CloneResult, error)
}

// Builder is the part of *activities.Builder that the chain uses.
type Builder interface {
	Plan(ctx context.Context, directory string, settings buildplan.Settings) (buildplan.Plan, error)
	Build(ctx context.Context, request activities.BuildRequest, log func(activities.LogLine)) (activities.BuildResult, error)
	// Address is where it builds, for operators; State asks that place how it is.
	Address() string
	State(ctx context.Context) (activities.BuilderState, error)
}

// Publisher is the part of *activities.Registry that the chain uses.
type Publisher interface {
	Publish(ctx context.Context, projectID, deploymentID uuid.UUID, digest string) (activities.Image, error)
	// ImageOf returns the digest of the image that a build of the deployment has left in the registry; empty where there is none.
	ImageOf(ctx context.Context, projectID, deploymentID uuid.UUID) (string, error)
}

// Collector is the part of *activities.Registry that garbage collection uses. Deleting something that is gone already is no error.
type Collector interface {
	DeleteImage(ctx context.Context, projectID uuid.UUID, digest string) error
	// ListImages returns the deployments of which there is an image.
	ListImages(ctx context.Context, projectID uuid.UUID) ([]uuid.UUID, error)
	// ListSources returns the commits whose source there is.
	ListSources(ctx context.Context, projectID uuid.UUID) ([]string, error)
	DeleteSource(ctx context.Context, projectID uuid.UUID, commit string) error
	// DeleteProject deletes all that has a tag.
	DeleteProject(ctx context.Context, projectID uuid.UUID) error
}

var (
	_ Source    = (*activities.Source)(nil)
	_ Builder   = (*activities.Builder)(nil)
	_ Publisher = (*activities.Registry)(nil)
	_ Collector = (*activities.Registry)(nil)
)
