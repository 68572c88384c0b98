package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/samber/lo"
	"github.com/stretchr/testify/require"
)

// balancer stands before the edges, with a visitor who asks for one hostname all the time, of one edge after the other. It leaves edges whose health path says
// so, as an operator's balancer does.
type balancer struct {
	host    string
	visitor *http.Client

	// mutex is held while a request is under way.
	mutex sync.Mutex
	// all are the edges' addresses, out those whose last check has failed, which get no requests.
	all, out []string

	requests int
	failures []string
	// seen are the different answers, in their order.
	seen []string
}

// newBalancer has the visitor ask until the test ends. It fails no test: holds does.
func newBalancer(t *testing.T, visitor *http.Client, host string, edges ...string) *balancer {
	t.Helper()

	b := &balancer{host: host, all: edges, visitor: visitor}
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))

	var running sync.WaitGroup

	for _, repeats := range []func(context.Context){b.visit, b.check} {
		running.Go(func() {
			const every = 5 * time.Millisecond

			ticker := time.NewTicker(every)
			defer ticker.Stop()

			for {
				select {
				case <-ticker.C:
					repeats(ctx)
				case <-ctx.Done():
					return
				}
			}
		})
	}

	t.Cleanup(func() {
		cancel()
		running.Wait()
		b.visitor.CloseIdleConnections()
	})

	return b
}

func (b *balancer) visit(ctx context.Context) {
	b.mutex.Lock()
	defer b.mutex.Unlock()

	in := lo.Without(b.all, b.out...)
	if len(in) == 0 {
		in = b.all // A balancer that finds none healthy tries each.
	}

	answer, err := b.ask(ctx, in[b.requests%len(in)], "/")

	if ctx.Err() != nil {
		return
	}

	b.requests++

	if err != nil {
		b.failures = append(b.failures, err.Error())
	} else if !slices.Contains(b.seen, answer) {
		b.seen = append(b.seen, answer)
	}
}

// ask returns what an edge answers; anything but 200 is an error.
func (b *balancer) ask(ctx context.Context, edge, path string) (string, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+net.JoinHostPort(edge, "80")+path, nil)
	if err != nil {
		return "", err
	}

	request.Host = b.host

	response, err := b.visitor.Do(request)
	if err != nil {
		return "", err
	}

	defer func() { _ = response.Body.Close() }()

	body, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s of %s: %s", response.Status, edge, body)
	}

	return strings.TrimSpace(string(body)), err
}

// check asks each edge whether it is to get requests.
func (b *balancer) check(ctx context.Context) {
	for _, edge := range b.all {
		_, err := b.ask(ctx, edge, "/.zeitwork/health")

		b.mutex.Lock()
		b.out = lo.Without(b.out, edge)

		if err != nil {
			b.out = append(b.out, edge)
		}
		b.mutex.Unlock()
	}
}

// requireLeft waits until an edge gets no requests, and has none.
func (b *balancer) requireLeft(t *testing.T, edge string) {
	t.Helper()

	require.Eventually(t, func() bool {
		b.mutex.Lock()
		defer b.mutex.Unlock()

		return slices.Contains(b.out, edge)
	}, flipPatience, flipInterval, "the edge %s is not drained", edge)
}

// holds requires that no request has failed so far, that there were more than at the last count, and that nothing but these was answered. It returns the count.
func (b *balancer) holds(t *testing.T, before int, texts ...string) int {
	t.Helper()

	b.mutex.Lock()
	defer b.mutex.Unlock()

	require.Empty(t, b.failures)
	require.Greater(t, b.requests, before)
	require.Len(t, b.seen, len(texts), "each deployment has one VM, which was started once: %v", b.seen)

	for i, text := range texts {
		require.True(t, strings.HasPrefix(b.seen[i], text+" by "), "%v", b.seen)
	}

	return b.requests
}
