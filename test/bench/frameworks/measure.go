package frameworks

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"github.com/google/uuid"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/test/bench/container"
	"github.com/zeitwork/zeitwork/test/rig"
)

// workbench is what a framework is measured with.
type workbench struct {
	rounds   int
	scratch  string
	platform *rig.Platform
	runner   *container.Runner
}

// result is what was measured of one framework. What does not exist is zero.
type result struct {
	name string
	// cold and unchanged are builds by the platform; oneLine and own are builds of the same changes by both.
	cold, unchanged time.Duration
	oneLine, own    []time.Duration
	// log is what BuildKit did in the last of them.
	log []string

	size, officialSize int64
	first              time.Duration
	memory             int64
}

// project makes a project of the sample, with enough memory for each framework.
func (b *workbench) project(ctx context.Context, name string, s *rig.Sample, variables map[string]string) (uuid.UUID, error) {
	const memory, cpu = 512 << 20, 200

	made, err := b.platform.NewProject(ctx, client.CreateProjectInputBody{
		Name: name, RepositoryURL: s.URL(), MemoryBytes: lo.ToPtr[int64](memory), CPUMillis: lo.ToPtr[int64](cpu),
	}, variables)

	return made.ID, err
}

func (b *workbench) measure(ctx context.Context, f framework) (result, error) {
	s, err := newSample(ctx, f, filepath.Join(b.scratch, f.name))
	if err != nil {
		return result{}, err
	}

	project, err := b.project(ctx, f.name, s, f.variables)
	if err != nil {
		return result{}, err
	}

	progress(f.name, "cold build")

	cold, err := deploy(ctx, b.platform, project)
	if err != nil {
		return result{}, err
	}

	if _, err := s.Commit(ctx); err != nil {
		return result{}, err
	}

	unchanged, err := deploy(ctx, b.platform, project)
	if err != nil {
		return result{}, err
	}

	r := result{name: f.name, cold: cold.build, unchanged: unchanged.build}
	if r.size, err = b.size(ctx, project, cold.digest); err != nil {
		return result{}, err
	}

	if r.first, r.memory, err = b.try(ctx, project, cold.digest, f.variables); err != nil {
		return result{}, err
	}

	again := func() (deployed, error) { return deploy(ctx, b.platform, project) }
	if err := b.change(ctx, f, s, &r, again); err != nil {
		return result{}, err
	}

	if err := b.platform.DeleteProject(ctx, project); err != nil {
		return result{}, err
	}

	if f.official != nil {
		r.officialSize, err = b.official(ctx, f)
	}

	return r, err
}

// change builds each change both ways, in turns, so that a machine that becomes slower slows both. The first change warms the caches and is
// not counted.
func (b *workbench) change(ctx context.Context, f framework, s *rig.Sample, r *result, deploy func() (deployed, error)) error {
	var own *ownBuild

	if len(f.build) > 0 {
		progress(f.name, "its own build, in "+f.image)

		var err error
		if own, err = b.newOwnBuild(ctx, f, s); err != nil {
			return err
		}
		defer func() { _ = own.container.Remove(ctx) }()
	}

	for round := range b.rounds + 1 {
		if _, err := s.Change(ctx, fmt.Sprintf("Change number %d", round+1)); err != nil {
			return err
		}

		through, err := deploy()
		if err != nil {
			return err
		}

		var alone time.Duration
		if own != nil {
			if alone, err = own.build(ctx); err != nil {
				return err
			}
		}

		fmt.Printf("%s round %d  platform %6.2f s  its own build %6.2f s\n", f.name, round, through.build.Seconds(), alone.Seconds())

		if round == 0 {
			continue
		}

		r.oneLine, r.log = append(r.oneLine, through.build), through.log
		if own != nil {
			r.own = append(r.own, alone)
		}
	}

	return nil
}

// official returns the size of the image that the official Dockerfile makes.
func (b *workbench) official(ctx context.Context, f framework) (int64, error) {
	progress(f.name, "the official Dockerfile")

	s, err := newSample(ctx, f, filepath.Join(b.scratch, f.name+"-official"))
	if err != nil {
		return 0, err
	}

	if err := adopt(ctx, s, *f.official); err != nil {
		return 0, err
	}

	project, err := b.project(ctx, f.name+"-official", s, f.variables)
	if err != nil {
		return 0, err
	}

	built, err := deploy(ctx, b.platform, project)
	if err != nil {
		return 0, fmt.Errorf("with the official Dockerfile: %w", err)
	}

	size, err := b.size(ctx, project, built.digest)

	return size, errors.Join(err, b.platform.DeleteProject(ctx, project))
}
