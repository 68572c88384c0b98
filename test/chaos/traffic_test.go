package main

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// edges are stand-ins for edge proxies.
func edges(t *testing.T, answers ...http.HandlerFunc) *traffic {
	t.Helper()

	urls := make([]string, 0, len(answers))

	for _, answer := range answers {
		server := httptest.NewServer(answer)
		t.Cleanup(server.Close)

		urls = append(urls, server.URL)
	}

	return newTraffic([]way{plain(urls)}, &outages{})
}

func says(text string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)

		if r.Method == http.MethodPost {
			text += " " + strconv.Itoa(len(body))
		}

		_, _ = io.WriteString(w, text)
	}
}

// breaks is an edge that dies in the middle of a request.
func breaks(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }

func refuses(status int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) }
}

func web() *project { return &project{host: "web.localhost", sample: &sample{name: "web"}} }

func TestVisitor_Answered_NothingFails(t *testing.T) {
	t.Parallel()

	traffic := edges(t, says("web-1"))
	visitor := newVisitor(traffic, web(), 0, traffic.ways[0])
	visitor.get(t.Context())
	require.True(t, visitor.post(t.Context()))

	failures, streams := traffic.settle(nil)
	require.Empty(t, failures)
	require.Empty(t, streams)
	requests, excused := traffic.total()
	require.Equal(t, 2, requests)
	require.Zero(t, excused)
}

func TestVisitor_AnyOtherStatusOrAnswer_IsAFailureAlsoInAnOutage(t *testing.T) {
	t.Parallel()

	for name, edge := range map[string]http.HandlerFunc{
		"bad gateway": refuses(http.StatusBadGateway), "not found": refuses(http.StatusNotFound), "of another project": says("quiet-1"), "empty": says(""),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			traffic := edges(t, edge, says("web-1"))
			traffic.outages.add(outage{edge: 0, from: time.Now().Add(-time.Hour), to: time.Now().Add(time.Hour)})
			newVisitor(traffic, web(), 0, traffic.ways[0]).get(t.Context())

			failures, _ := traffic.settle(nil)
			require.Len(t, failures, 1)
		})
	}
}

func TestVisitor_ConnectionBreaks_AsksTheOtherEdge_AndIsAFailureUnlessInAnOutage(t *testing.T) {
	t.Parallel()

	for name, c := range map[string]struct {
		outage   outage
		failures int
	}{
		"no outage":                {outage{edge: 1}, 1},
		"an outage of that edge":   {outage{edge: 0, from: time.Now().Add(-time.Hour), to: time.Now().Add(time.Hour)}, 0},
		"of the other edge":        {outage{edge: 1, from: time.Now().Add(-time.Hour), to: time.Now().Add(time.Hour)}, 1},
		"that was over before":     {outage{edge: 0, from: time.Now().Add(-time.Hour), to: time.Now().Add(-time.Minute)}, 1},
		"that began later":         {outage{edge: 0, from: time.Now().Add(time.Minute), to: time.Now().Add(time.Hour)}, 1},
		"that cuts no request off": {outage{edge: 0, from: time.Now().Add(-time.Hour), to: time.Now().Add(time.Hour), orderly: true}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			asked := 0
			traffic := edges(t, breaks, func(w http.ResponseWriter, r *http.Request) {
				asked++

				says("web-1")(w, r)
			})
			traffic.outages.add(c.outage)
			newVisitor(traffic, web(), 0, traffic.ways[0]).get(t.Context())

			failures, _ := traffic.settle(nil)
			require.Len(t, failures, c.failures)
			require.Equal(t, 1, asked)
		})
	}
}

func TestVisitor_PostThatBreaks_IsNotRepeated(t *testing.T) {
	t.Parallel()

	asked := 0
	traffic := edges(t, breaks, func(http.ResponseWriter, *http.Request) { asked++ })
	require.False(t, newVisitor(traffic, web(), 0, traffic.ways[0]).post(t.Context()))

	failures, _ := traffic.settle(nil)
	require.Len(t, failures, 1)
	require.Zero(t, asked)
}

func TestSettle_EdgeThatIsAskedToEnd_MayRefuse(t *testing.T) {
	t.Parallel()

	now := time.Now()
	traffic := edges(t, says("web-1"))
	traffic.outages.add(outage{from: now.Add(-time.Second), to: now.Add(time.Second), orderly: true})
	traffic.breaks(broken{began: now, ended: now, err: syscall.ECONNREFUSED})
	traffic.breaks(broken{began: now, ended: now, err: syscall.ECONNRESET})

	failures, _ := traffic.settle(nil)
	require.Len(t, failures, 1)
	require.Contains(t, failures[0], syscall.ECONNRESET.Error())
}

func TestSettle_StreamThatEnds_IsAFailureWhileItsVersionIsLive(t *testing.T) {
	t.Parallel()

	now := time.Now()
	flips := []flip{
		{host: "web.localhost", text: "web-1", version: 1, at: now.Add(-time.Hour)},
		{host: "web.localhost", text: "web-2", version: 3, at: now.Add(-time.Minute)},
		{host: "quiet.localhost", text: "quiet-9", version: 4, at: now.Add(-time.Second)},
	}

	for name, c := range map[string]struct {
		text     string
		at       time.Time
		failures int
	}{
		"it was replaced":              {"web-1", now, 0},
		"it is live":                   {"web-2", now, 1},
		"it was live":                  {"web-1", now.Add(-2 * time.Minute), 1},
		"nobody knows what served it":  {"", now, 1},
		"it was live before all began": {"web-1", now.Add(-2 * time.Hour), 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			traffic := edges(t, says("web-1"))
			traffic.ends(ended{stream: stream{host: "web.localhost", text: c.text}, at: c.at, err: errors.New("the end")})

			_, streams := traffic.settle(flips)
			require.Len(t, streams, c.failures)
		})
	}
}
