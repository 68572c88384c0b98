package activities

import (
	"context"
	"fmt"
	"net/url"

	"github.com/moby/buildkit/client"
	"github.com/samber/lo"
)

// BuilderState is what BuildKit says of itself.
type BuilderState struct {
	Version string
	// DiskBytes is what its cache takes on its disk.
	DiskBytes int64
}

// Address is where BuildKit is, without a user name or password. It is empty for an address that is no URL.
func (b *Builder) Address() string {
	address, err := url.Parse(b.config.Address)
	if err != nil {
		return ""
	}

	address.User = nil

	return address.String()
}

// State asks BuildKit how it is. On a large cache the answer may take seconds.
func (b *Builder) State(ctx context.Context) (BuilderState, error) {
	buildkit, err := client.New(ctx, b.config.Address)
	if err != nil {
		return BuilderState{}, fmt.Errorf("use buildkitd: %w", err)
	}
	defer func() { _ = buildkit.Close() }()

	info, err := buildkit.Info(ctx)
	if err != nil {
		return BuilderState{}, fmt.Errorf("ask buildkitd for its version: %w", err)
	}

	usage, err := buildkit.DiskUsage(ctx)
	if err != nil {
		return BuilderState{}, fmt.Errorf("ask buildkitd for the size of its cache: %w", err)
	}

	return BuilderState{
		Version:   info.BuildkitVersion.Version,
		DiskBytes: lo.SumBy(usage, func(record *client.UsageInfo) int64 { return record.Size }),
	}, nil
}
