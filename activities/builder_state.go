package activities

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/moby/buildkit/client"
	"github.com/samber/lo"
)

// BuilderState is what the builders say of themselves.
type BuilderState struct {
	// Version is that of BuildKit; with commas between where they differ.
	Version string
	// DiskBytes is what their caches take on their disks.
	DiskBytes int64
}

// Address is where the builders are, with commas between, without user names or passwords. One that is no URL is left out.
func (b *Builder) Address() string {
	return strings.Join(lo.FilterMap(b.config.Addresses, func(address string, _ int) (string, bool) {
		parsed, err := url.Parse(address)
		if err != nil {
			return "", false
		}

		parsed.User = nil

		return parsed.String(), true
	}), ", ")
}

// State asks the builders how they are. It is an error where one does not answer. On a large cache the answer may take seconds.
func (b *Builder) State(ctx context.Context) (BuilderState, error) {
	var sum BuilderState

	versions, problems := make([]string, 0, len(b.config.Addresses)), make([]error, 0, len(b.config.Addresses))

	for _, address := range b.config.Addresses {
		state, err := b.stateOf(ctx, address)
		problems = append(problems, err)
		versions = append(versions, state.Version)
		sum.DiskBytes += state.DiskBytes
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

	usage, err := buildkit.DiskUsage(ctx)
	if err != nil {
		return BuilderState{}, fmt.Errorf("ask the builder at %s for the size of its cache: %w", address, err)
	}

	return BuilderState{
		Version:   info.BuildkitVersion.Version,
		DiskBytes: lo.SumBy(usage, func(record *client.UsageInfo) int64 { return record.Size }),
	}, nil
}
