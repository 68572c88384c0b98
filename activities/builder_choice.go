package activities

import (
	"bytes"
	"context"
	"crypto/sha256"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/moby/buildkit/client"
)

// answerWithin is how long a builder may take to answer at all before another one is asked.
const answerWithin = 5 * time.Second

// connect connects to the builder that has the caches of the scope, or to the next one where that does not answer: it is away, or takes no builds any
// more. Each call makes a connection of its own: a shared connection that waits for buildkitd to come back would keep waiting. The last one is
// not asked whether it answers, which shows in what it is used for.
func (b *Builder) connect(ctx context.Context, scope uuid.UUID) (*client.Client, error) {
	addresses := b.inOrder(scope)
	last := addresses[len(addresses)-1]

	for _, address := range addresses[:len(addresses)-1] {
		buildkit, err := b.connectTo(ctx, address)
		if err != nil {
			return nil, err
		}

		if answers(ctx, buildkit) {
			return buildkit, nil
		}

		_ = buildkit.Close()
	}

	return b.connectTo(ctx, last)
}

func answers(ctx context.Context, buildkit *client.Client) bool {
	ctx, cancel := context.WithTimeout(ctx, answerWithin)
	defer cancel()

	_, err := buildkit.Info(ctx)

	return err == nil
}

// inOrder returns the addresses of the builders in the order of one scope of caches, which is the same for all workers. A scope keeps its builder when
// others are taken away, and most keep it when one is added.
func (b *Builder) inOrder(scope uuid.UUID) []string {
	rank := func(address string) []byte {
		sum := sha256.Sum256(slices.Concat(scope[:], []byte(address)))

		return sum[:]
	}

	return slices.SortedFunc(slices.Values(b.config.Addresses), func(one, other string) int { return bytes.Compare(rank(one), rank(other)) })
}
