package workflows

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sync"

	"github.com/google/uuid"
)

// memoryRegistry holds the images and sources that a test has put there.
type memoryRegistry struct {
	registryMutex sync.Mutex
	// stored are images by digest and sources by commit, of each project.
	stored map[uuid.UUID]map[string]bool
	// tagged are images by the deployment that they are tagged with, of each project.
	tagged map[uuid.UUID]map[uuid.UUID]string
	// onDelete is called once before anything is deleted; its error is the registry's.
	onDelete func(name string) error
	// onDeleted is called once something was deleted; its error is that of an answer which never came.
	onDeleted func() error
	// unlisted has the registry not say which images it has.
	unlisted bool
}

func (r *memoryRegistry) store(project uuid.UUID, names ...string) {
	r.registryMutex.Lock()
	defer r.registryMutex.Unlock()

	if r.stored == nil {
		r.stored = map[uuid.UUID]map[string]bool{}
	}

	if r.stored[project] == nil {
		r.stored[project] = map[string]bool{}
	}

	for _, name := range names {
		r.stored[project][name] = true
	}
}

// left returns what there is of a project, in order.
func (r *memoryRegistry) left(project uuid.UUID) []string {
	r.registryMutex.Lock()
	defer r.registryMutex.Unlock()

	return slices.Sorted(maps.Keys(r.stored[project]))
}

func (r *memoryRegistry) delete(project uuid.UUID, name string) error {
	if r.onDelete != nil {
		if err := r.onDelete(name); err != nil {
			return err
		}
	}

	r.registryMutex.Lock()
	delete(r.stored[project], name)
	r.registryMutex.Unlock()

	if r.onDeleted != nil {
		return r.onDeleted()
	}

	return nil
}

func (r *memoryRegistry) DeleteImage(_ context.Context, project uuid.UUID, digest string) error {
	return r.delete(project, digest)
}

func (r *memoryRegistry) ListImages(_ context.Context, project uuid.UUID) ([]uuid.UUID, error) {
	r.registryMutex.Lock()
	defer r.registryMutex.Unlock()

	if r.unlisted {
		return nil, errors.New("the registry is away")
	}

	return slices.Collect(maps.Keys(r.tagged[project])), nil
}

func (r *memoryRegistry) ImageOf(_ context.Context, project, deployment uuid.UUID) (string, error) {
	r.registryMutex.Lock()
	defer r.registryMutex.Unlock()

	return r.tagged[project][deployment], nil
}

// tag stores an image as a build does that is cut off behind it.
func (r *memoryRegistry) tag(project, deployment uuid.UUID, digest string) {
	r.store(project, digest)

	r.registryMutex.Lock()
	defer r.registryMutex.Unlock()

	r.tagged = map[uuid.UUID]map[uuid.UUID]string{project: {deployment: digest}}
}

func (r *memoryRegistry) ListSources(_ context.Context, project uuid.UUID) ([]string, error) {
	return slices.DeleteFunc(r.left(project), func(name string) bool { return !isCommit(name) }), nil
}

func (r *memoryRegistry) DeleteSource(_ context.Context, project uuid.UUID, commit string) error {
	return r.delete(project, commit)
}

func (r *memoryRegistry) DeleteProject(_ context.Context, project uuid.UUID) error {
	for _, name := range r.left(project) {
		if err := r.delete(project, name); err != nil {
			return err
		}
	}

	return nil
}
