package main

import (
	"net/netip"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/api"
	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/database/databasetest"
	"github.com/zeitwork/zeitwork/test/rig"
)

// copies are APIs of one platform, each in a process of its own, behind what sends requests to those that serve.
type copies struct {
	database database.Config
	pool     *pgxpool.Pool
	tokens   api.Tokens
	copies   []*apiCopy
}

type apiCopy struct {
	url, port string
	client    *client.ClientWithResponses
	// out is held while it is started anew: it gets no requests then.
	out  sync.RWMutex
	stop func()
}

// startCopies starts APIs of a new platform with these settings.
func startCopies(t *testing.T, many int, settings ...string) *copies {
	t.Helper()

	c := &copies{database: databasetest.Config(t), tokens: api.NewTokens()}
	c.pool = open(t, c.database)

	require.NoError(t, api.Bootstrap{
		Email: "ada@example.com", Organisation: "first", Node: "node-1", Edge: "edge-1", Region: "here", Tokens: c.tokens,
		ClusterRange: netip.MustParsePrefix("10.77.0.0/16"),
	}.Run(t.Context(), c.pool))

	for range many {
		one := &apiCopy{port: port(t), stop: func() {}}
		one.url = "http://127.0.0.1:" + one.port

		var err error

		one.client, err = rig.NewClient(one.url, c.tokens.User)
		require.NoError(t, err)

		c.copies = append(c.copies, one)
		c.restart(t, one, settings...)
	}

	return c
}

// restart starts one copy anew with other settings, while others serve.
func (c *copies) restart(t *testing.T, one *apiCopy, settings ...string) {
	t.Helper()

	one.out.Lock()
	defer one.out.Unlock()

	one.stop()
	one.stop = startProgram(t, append(settings,
		"ZEITWORK_DATABASE_URL="+c.database.URL, "ZEITWORK_BASE_DOMAIN=apps.example.com", "ZEITWORK_REGISTRY_HOST=registry.example.com",
		"ZEITWORK_API_LISTEN=127.0.0.1:"+one.port), "api")
	awaitAPI(t, one.url)
}

// use has somebody use the platform again and again, at one copy after the other, until the returned function is called, which returns what went wrong.
func (c *copies) use(once func(at *apiCopy) error) (end func() []error) {
	var (
		failures []error
		user     sync.WaitGroup
	)

	leaving := make(chan struct{})

	user.Go(func() {
		for i := 0; ; i++ {
			select {
			case <-leaving:
				return
			case <-time.After(5 * time.Millisecond):
			}

			one := c.copies[i%len(c.copies)]
			if !one.out.TryRLock() {
				continue
			}

			if err := once(one); err != nil {
				failures = append(failures, err)
			}

			one.out.RUnlock()
		}
	})

	return func() []error {
		close(leaving)
		user.Wait()

		return failures
	}
}
