package edgeproxy

import (
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

func TestLease_OutOfTouchForLong_LeavesVisitorsToOtherEdges(t *testing.T) {
	t.Parallel()

	p := newPlatform(t)
	p.others = "1"
	config := configFor(t, p)
	config.Lease = 20 * time.Minute
	b := start(t, p, config)
	b.serve(t, live(demoHost, app(t, says("hello"))))

	response, _ := b.get(t, demoHost, healthPath)
	require.Equal(t, http.StatusOK, response.StatusCode)

	b.proxy.handler.lease.heard.Store(time.Now().Add(-time.Hour).UnixNano())

	response, body := b.get(t, demoHost, healthPath)
	require.Equal(t, http.StatusServiceUnavailable, response.StatusCode)
	require.Equal(t, "out of touch\n", body)

	_, body = b.get(t, demoHost, "/")
	require.Equal(t, "hello", body, "those that still come are served")

	// The next answer of the platform ends it.
	b.serve(t, live(demoHost, app(t, says("hello"))))

	response, _ = b.get(t, demoHost, healthPath)
	require.Equal(t, http.StatusOK, response.StatusCode)
}

func TestLease_WhatCountsAsInTouch(t *testing.T) {
	t.Parallel()

	others := func(count string) http.Header { return http.Header{headerOtherEdges: {count}} }

	for name, test := range map[string]struct {
		most   time.Duration
		status int
		header http.Header
		ended  bool
	}{
		"there is another edge":             {time.Hour, 0, nil, true},
		"the platform answers":              {time.Hour, http.StatusNotModified, nil, false},
		"the platform fails":                {time.Hour, http.StatusBadGateway, nil, false},
		"the platform refuses the token":    {time.Hour, http.StatusUnauthorized, nil, true},
		"the platform forbids it":           {time.Hour, http.StatusForbidden, nil, true},
		"there is no other edge any more":   {time.Hour, http.StatusOK, others("0"), false},
		"it has no end":                     {0, 0, nil, false},
		"it is longer than the edge waited": {3 * time.Hour, 0, nil, false},
	} {
		synctest.Test(t, func(t *testing.T) {
			l := newLease(Config{Lease: test.most})
			l.answered(http.StatusOK, others("1"))
			time.Sleep(2 * time.Hour)

			if test.status != 0 {
				l.answered(test.status, test.header)
			}

			require.Equal(t, test.ended, l.hasEnded(), name)
		})
	}

	synctest.Test(t, func(t *testing.T) {
		l := newLease(Config{Lease: time.Hour})
		l.answered(http.StatusOK, others("0"))
		time.Sleep(2 * time.Hour)
		require.False(t, l.hasEnded(), "nobody would take the visitors")
	})
}

func TestLease_ShorterThanAPoll_IsRefused(t *testing.T) {
	t.Parallel()

	config := configFor(t, newPlatform(t))
	config.Lease = time.Minute

	_, err := New(config, nil)
	require.ErrorContains(t, err, "ZEITWORK_EDGE_LEASE")
}
