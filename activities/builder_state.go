package activities

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/moby/buildkit/client"
	"github.com/samber/lo"
	lop "github.com/samber/lo/parallel"

	"github.com/zeitwork/zeitwork/internal/buildlabel"
)

// BuilderState is what the builders say of themselves.
type BuilderState struct {
	// Version is that of BuildKit; with commas between where they differ.
	Version string
	// DiskBytes is what their caches take on their disks.
	DiskBytes int64
	// Versions are those of Zeitwork, in the order of the addresses, of the builders that answer.
	Versions []BuilderVersion
	// Silent are the addresses of those that do not answer.
	Silent []string
}

// BuilderVersion is the version of Zeitwork that a builder has told.
type BuilderVersion struct {
	// Address is without credentials.
	Address string `json:"address"`
	// Version is empty where the builder tells none: it is of a version that does not, or somebody else's BuildKit.
	Version string `json:"version"`
	// Silent is true of one that did not answer when it was asked last.
	Silent bool `json:"silent,omitempty"`
}

// Address is where the builders are, with commas between, without user names or passwords. One that is no URL is left out.
func (b *Builder) Address() string {
	return strings.Join(lo.Compact(lo.Map(b.config.Addresses, func(address string, _ int) string { return withoutCredentials(address) })), ", ")
}

// withoutCredentials returns the address without user name and password; empty where it is no URL.
func withoutCredentials(address string) string {
	parsed, err := url.Parse(address)
	if err != nil {
		return ""
	}

	parsed.User = nil

	return parsed.String()
}

// State asks the builders how they are, all of them at once. It is an error where one does not answer; the state is that of the others then. On a large
// cache the answer may take seconds, for which each of them has a quarter of a minute.
func (b *Builder) State(ctx context.Context) (BuilderState, error) {
	const patience = 15 * time.Second

	type answer struct {
		BuilderState

		err error
	}

	answers := lop.Map(b.config.Addresses, func(address string, _ int) answer {
		asking, cancel := context.WithTimeout(ctx, patience)
		defer cancel()

		state, err := b.stateOf(asking, address)

		return answer{state, err}
	})

	var (
		sum      BuilderState
		versions []string
		problems []error
	)

	for place, answer := range answers {
		if answer.err != nil {
			sum.Silent = append(sum.Silent, withoutCredentials(b.config.Addresses[place]))
			problems = append(problems, answer.err)

			continue
		}

		versions = append(versions, answer.Version)
		sum.DiskBytes += answer.DiskBytes
		sum.Versions = append(sum.Versions, answer.Versions...)
	}

	sum.Version = strings.Join(lo.Uniq(versions), ", ")

	return sum, errors.Join(problems...)
}

func (b *Builder) stateOf(ctx context.Context, address string) (BuilderState, error) {
	buildkit, err := b.connectTo(ctx, address)
	if err != nil {
		return BuilderState{}, err
	}
	defer func() { _ = buildkit.Close() }()

	info, err := buildkit.Info(ctx)
	if err != nil {
		return BuilderState{}, fmt.Errorf("ask the builder at %s for its version: %w", address, err)
	}

	workers, err := buildkit.ListWorkers(ctx)
	if err != nil {
		return BuilderState{}, fmt.Errorf("ask the builder at %s of what version it is: %w", address, err)
	}

	told := BuilderVersion{Address: withoutCredentials(address)}
	for _, worker := range workers {
		told.Version = cmp.Or(told.Version, worker.Labels[buildlabel.Version])
	}

	usage, err := buildkit.DiskUsage(ctx)
	if err != nil {
		return BuilderState{}, fmt.Errorf("ask the builder at %s for the size of its cache: %w", address, err)
	}

	return BuilderState{
		Version:   info.BuildkitVersion.Version,
		Versions:  []BuilderVersion{told},
		DiskBytes: lo.SumBy(usage, func(record *client.UsageInfo) int64 { return record.Size }),
	}, nil
}
