package activities

import (
	"bytes"
	"context"
	"crypto/sha256"
	"math"
	"slices"
	"strconv"
	"time"

	"github.com/google/uuid"
	"github.com/moby/buildkit/client"

	"github.com/zeitwork/zeitwork/internal/buildlabel"
)

// answerWithin is how long a builder may take to answer at all before another one is asked.
const answerWithin = 5 * time.Second

// connect connects to the builder that has the caches of the build's scope, or to the next one where that does not answer, since it is away or takes no builds
// any more, or has as many builds as it takes. Where all that answer have as many, the build waits at the first of them. Each call makes a connection of its
// own: a shared connection that waits for buildkitd to come back would keep waiting. The last one is not asked whether it answers where no other did, which
// shows in what it is used for.
func (b *Builder) connect(ctx context.Context, request BuildRequest) (*client.Client, error) {
	addresses := b.inOrder(request.cacheScope())
	busy := ""

	for place, address := range addresses {
		buildkit, err := b.connectTo(ctx, address)
		if err != nil {
			return nil, err
		}

		room, answers := math.MaxInt, true
		if isLast := place == len(addresses)-1; !isLast || busy != "" {
			room, answers = ask(ctx, buildkit)
		}

		if answers {
			taken, err := request.take(ctx, address, room)
			if err == nil && taken {
				return buildkit, nil
			}

			if err != nil {
				_ = buildkit.Close()

				return nil, err
			}

			if busy == "" {
				busy = address
			}
		}

		_ = buildkit.Close()
	}

	if _, err := request.take(ctx, busy, math.MaxInt); err != nil {
		return nil, err
	}

	return b.connectTo(ctx, busy)
}

// ask asks a builder how many builds it takes. One that does not say takes any number.
func ask(ctx context.Context, buildkit *client.Client) (room int, answers bool) {
	ctx, cancel := context.WithTimeout(ctx, answerWithin)
	defer cancel()

	workers, err := buildkit.ListWorkers(ctx)
	if err != nil {
		return 0, false
	}

	for _, worker := range workers {
		if room, err = strconv.Atoi(worker.Labels[buildlabel.Builds]); err == nil {
			return room, true
		}
	}

	return math.MaxInt, true
}

// take asks for a place on the builder.
func (r BuildRequest) take(ctx context.Context, address string, room int) (bool, error) {
	if r.Take == nil {
		return true, nil
	}

	return r.Take(ctx, withoutCredentials(address), room)
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
