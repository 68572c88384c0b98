package scale

import (
	"context"
	"errors"

	"github.com/google/uuid"

	"github.com/zeitwork/zeitwork/activities"
	"github.com/zeitwork/zeitwork/workflows"
)

var errIdle = errors.New("nothing is built here")

// idleBuilder is the builder of a worker that builds nothing.
type idleBuilder struct{ workflows.Builder }

// Address is nobody's.
func (idleBuilder) Address() string { return "" }

// State says that nobody builds.
func (idleBuilder) State(context.Context) (activities.BuilderState, error) {
	return activities.BuilderState{}, errIdle
}

// idleCollector is a registry with nothing in it.
type idleCollector struct{ workflows.Collector }

// ListImages finds none.
func (idleCollector) ListImages(context.Context, uuid.UUID) ([]uuid.UUID, error) { return nil, nil }

// ListSources finds none.
func (idleCollector) ListSources(context.Context, uuid.UUID) ([]string, error) { return nil, nil }

// DeleteImage has nothing to delete.
func (idleCollector) DeleteImage(context.Context, uuid.UUID, string) error { return nil }

// DeleteSource has nothing to delete.
func (idleCollector) DeleteSource(context.Context, uuid.UUID, string) error { return nil }
