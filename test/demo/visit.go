package main

import (
	"context"
	"math/rand/v2"
	"net/http"
	"strings"
	"time"

	"github.com/zeitwork/zeitwork/test/rig"
)

// visit asks the shop for pages until the context ends, as often as was measured before.
func visit(ctx context.Context, w *world) {
	s := shapes()[shop]
	random := rand.New(rand.NewPCG(s.seed, 0)) //nolint:gosec // Nothing is to be kept secret.
	visitor := rig.Transport{Host: strings.TrimPrefix(w.projects[shop].URL, "http://")}
	edges := w.platform.EdgeURLs()

	for ctx.Err() == nil {
		path, _ := choosePath(random, healthyFailed)
		// An answer that fails is part of the demo.
		_, _ = visitor.Ask(ctx, http.MethodGet, edges[random.IntN(len(edges))]+path, nil)

		now := time.Now()
		if rig.Sleep(ctx, time.Duration(float64(time.Minute)/s.rate(now, now))) != nil {
			return
		}
	}
}
