package edgeproxy

import (
	"crypto/rand"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/client"
)

const ownErrorPage = "<h1>We are having a rest</h1>"

// askingForPages starts an edge that asks apps for their pages at once.
func askingForPages(t *testing.T, p *platform, directory string) *testBundle {
	t.Helper()

	config := configFor(t, p)
	config.ErrorPages, config.OwnEngine, config.DataDir = true, ownEngine, directory

	proxy, err := New(config, slog.New(slog.DiscardHandler))
	require.NoError(t, err)

	proxy.poller.book.errorPages.spread, proxy.poller.book.errorPages.pause = 0, 20*time.Millisecond

	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)

	return impatient(serveProxy(t, p, proxy, listener))
}

// pageOf returns the page of the deployment behind the demo's hostname.
func (b *testBundle) pageOf() *errorPage { return b.proxy.handler.table.Load().lookup(demoHost).page }

// requirePageKnown waits until the edge knows whether an app has a page.
func (b *testBundle) requirePageKnown(t *testing.T) {
	t.Helper()

	require.Eventually(t, func() bool {
		_, known := b.proxy.poller.book.errorPages.store.load(b.pageOf().deploymentID)

		return known
	}, patience, frequency)
}

// browse asks as a browser does.
func (b *testBundle) browse(t *testing.T) (reply, string) {
	t.Helper()

	request := b.request(t, http.MethodGet, demoHost, "/", nil)
	request.Header.Set("Accept", "text/html,*/*;q=0.8")

	return b.do(t, request)
}

// withErrorPage is an app that has a page of its own.
func withErrorPage(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path != errorPagePath || r.Host != demoHost || r.Header.Get(headerForwardedProto) != "https" {
		http.NotFound(w, r)

		return
	}

	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = io.WriteString(w, ownErrorPage)
}

// withoutVM is the route without a VM.
func withoutVM(r client.Route) client.Route {
	r.Upstreams = nil

	return r
}

func TestErrorPage_AppThatIsDown_ShowsItsOwnToBrowsers(t *testing.T) {
	t.Parallel()

	b := askingForPages(t, newPlatform(t), t.TempDir())
	route := live(demoHost, app(t, withErrorPage))
	b.serve(t, route)
	b.requirePageKnown(t)
	b.serve(t, withoutVM(route))

	require.Eventually(t, func() bool { return b.pageOf().content.Load() != nil }, patience, frequency)

	answer, body := b.browse(t)
	require.Equal(t, http.StatusServiceUnavailable, answer.StatusCode)
	require.Equal(t, ownErrorPage, body)
	require.Equal(t, "text/html; charset=utf-8", answer.Header.Get("Content-Type"))
	require.Equal(t, "app_down", answer.Header.Get(headerError))
	require.Equal(t, "no-store", answer.Header.Get("Cache-Control"))
	require.Equal(t, "5", answer.Header.Get("Retry-After"))
	require.Empty(t, answer.Header.Get("Content-Security-Policy"), "the page brings what it needs")
	require.NotEmpty(t, answer.Header.Get(headerRequestID))

	answer, body = b.get(t, demoHost, "/")
	require.Equal(t, "application/problem+json", answer.Header.Get("Content-Type"), "programs are told what is wrong")
	require.Contains(t, body, "app_down")

	// Another answer of the edge's own is none of the app's.
	b.serve(t, client.Route{Hostname: demoHost, ProjectID: route.ProjectID, State: client.RouteStateEmpty})

	_, body = b.browse(t)
	require.NotContains(t, body, ownErrorPage)
}

func TestErrorPage_AppThatBreaksOff_ShowsItsOwn(t *testing.T) {
	t.Parallel()

	b := askingForPages(t, newPlatform(t), t.TempDir())
	b.serve(t, live(demoHost, app(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/" {
			panic(http.ErrAbortHandler)
		}

		withErrorPage(w, r)
	})))
	require.Eventually(t, func() bool { return b.pageOf().content.Load() != nil }, patience, frequency)

	answer, body := b.browse(t)
	require.Equal(t, http.StatusBadGateway, answer.StatusCode)
	require.Equal(t, ownErrorPage, body)
}

func TestErrorPage_EdgeRestartsWhileTheAppIsDown_ShowsWhatItHasSaved(t *testing.T) {
	t.Parallel()

	p, directory := newPlatform(t), t.TempDir()
	b := askingForPages(t, p, directory)
	route := live(demoHost, app(t, withErrorPage))
	b.serve(t, route)
	b.requirePageKnown(t)
	b.serve(t, withoutVM(route))
	b.stop()
	<-b.stopped

	// Nothing leads to this one any more.
	left := "/error-pages/00000000-0000-7000-8000-000000000000.json"
	require.NoError(t, os.WriteFile(directory+left, []byte("null"), 0o600))

	p.away.Store(true)

	b = askingForPages(t, p, directory)
	require.Eventually(t, func() bool { return b.pageOf().content.Load() != nil }, patience, frequency)

	_, body := b.browse(t)
	require.Equal(t, ownErrorPage, body)
	require.NoFileExists(t, directory+left)

	// What leaves the table is forgotten.
	p.away.Store(false)
	b.serve(t)
	require.Eventually(t, func() bool {
		left, err := os.ReadDir(directory + "/error-pages")

		return err == nil && len(left) == 0
	}, patience, frequency)
}

func TestErrorPage_WhatIsNone_IsNotShown(t *testing.T) {
	t.Parallel()

	html := func(w http.ResponseWriter, status int, body string) {
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}

	for name, answer := range map[string]http.HandlerFunc{
		"nothing": http.NotFound,
		"something else each time": func(w http.ResponseWriter, _ *http.Request) {
			html(w, http.StatusOK, "a single page "+rand.Text())
		},
		"the same whatever is asked": func(w http.ResponseWriter, _ *http.Request) { html(w, http.StatusOK, "a single page") },
		"another status":             func(w http.ResponseWriter, _ *http.Request) { html(w, http.StatusNonAuthoritativeInfo, "a page") },
		"no HTML":                    says("{}"),
		"elsewhere":                  func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/500", http.StatusFound) },
		"more than the edge will keep": func(w http.ResponseWriter, _ *http.Request) {
			html(w, http.StatusOK, strings.Repeat("x", maxErrorPage+1))
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			b := askingForPages(t, newPlatform(t), t.TempDir())
			route := live(demoHost, app(t, answer))
			b.serve(t, route)
			b.requirePageKnown(t)
			b.serve(t, withoutVM(route))

			response, body := b.browse(t)
			require.Equal(t, http.StatusServiceUnavailable, response.StatusCode)
			require.Contains(t, body, pageAppDown.title)
			require.Empty(t, response.Header.Get(headerError))
		})
	}
}

func TestErrorPage_AppThatCannotAnswerYet_IsAskedAgain(t *testing.T) {
	t.Parallel()

	var asked atomic.Int64

	b := askingForPages(t, newPlatform(t), t.TempDir())
	b.serve(t, live(demoHost, app(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == errorPagePath && asked.Add(1) < errorPageTries {
			w.WriteHeader(http.StatusServiceUnavailable)

			return
		}

		withErrorPage(w, r)
	})))
	require.Eventually(t, func() bool { return b.pageOf().content.Load() != nil }, patience, frequency)
	require.EqualValues(t, errorPageTries, asked.Load())
}

func TestErrorPage_SinglePageAppWithAFileOfItsOwn_ShowsThat(t *testing.T) {
	t.Parallel()

	b := askingForPages(t, newPlatform(t), t.TempDir())
	b.serve(t, live(demoHost, app(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == errorPagePath {
			withErrorPage(w, r)

			return
		}

		w.Header().Set("Content-Type", "text/html")
		_, _ = io.WriteString(w, "a single page")
	})))
	require.Eventually(t, func() bool { return b.pageOf().content.Load() != nil }, patience, frequency)
	require.Equal(t, ownErrorPage, string(b.pageOf().content.Load().Body))
}

// The address of a VM that has left the table may be another customer's.
func TestErrorPage_VMHasLeftTheTable_IsNotAsked(t *testing.T) {
	t.Parallel()

	var asked atomic.Int64

	b := askingForPages(t, newPlatform(t), t.TempDir())
	b.serve(t, live(demoHost, app(t, func(http.ResponseWriter, *http.Request) { asked.Add(1) })))
	b.requirePageKnown(t)

	before, page := asked.Load(), b.pageOf()
	b.serve(t, live(demoHost, app(t, withErrorPage)))

	_, err := b.proxy.poller.book.errorPages.fetch(t.Context(), errorPageAsk{page: page, host: demoHost})
	require.ErrorIs(t, err, errNoUpstream)
	require.Equal(t, before, asked.Load())
}

// The table of an earlier run may be hours old, and the addresses in it those of other customers' VMs.
func TestErrorPage_RestartedEdge_AsksNobodyBeforeThePlatformHasAnswered(t *testing.T) {
	t.Parallel()

	for name, changes := range map[string]bool{"with a new table": true, "that the table is as it was": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			p := newPlatform(t)
			route := live(demoHost, app(t, withErrorPage))
			p.publish(route)

			config := configFor(t, p)
			_, err := newEdgeOf(t, config).poll(t.Context(), true)
			require.NoError(t, err)

			config.ErrorPages = true
			restarted := newEdgeOf(t, config)
			pages := restarted.book.errorPages
			later := time.Now().Add(time.Hour)

			require.NotNil(t, restarted.table.Load())

			_, _, found := pages.take(later)
			require.False(t, found)

			p.away.Store(true)

			_, err = restarted.poll(t.Context(), true)
			require.Error(t, err)

			_, _, found = pages.take(later)
			require.False(t, found)

			p.away.Store(false)

			if changes {
				p.publish(live("other.example.com", app(t, withErrorPage)), route)
			}

			changed, err := restarted.poll(t.Context(), true)
			require.NoError(t, err)
			require.Equal(t, changes, changed)

			_, _, found = pages.take(later)
			require.True(t, found)
		})
	}
}

// newEdgeOf returns the poller of an edge that does not run.
func newEdgeOf(t *testing.T, config Config) *poller {
	t.Helper()

	proxy, err := New(config, slog.New(slog.DiscardHandler))
	require.NoError(t, err)

	t.Cleanup(func() {
		proxy.poller.log.close()
		proxy.poller.http.CloseIdleConnections()
	})

	return proxy.poller
}

// An edge without a saved table makes its first one while apps are due already.
func TestErrorPage_NoTableYet_NobodyIsAsked(t *testing.T) {
	t.Parallel()

	config := configFor(t, newPlatform(t))
	config.ErrorPages = true
	pages := newEdgeOf(t, config).book.errorPages

	_, err := pages.fetch(t.Context(), errorPageAsk{page: &errorPage{}, host: demoHost})
	require.ErrorIs(t, err, errNoUpstream)
}

func TestErrorPage_NoRoomForIt_IsNotSaved(t *testing.T) {
	t.Parallel()

	b := askingForPages(t, newPlatform(t), t.TempDir())
	b.serve(t, live(demoHost, app(t, withErrorPage)))
	require.Eventually(t, func() bool { return b.pageOf().content.Load() != nil }, patience, frequency)

	pages, deployment := b.proxy.poller.book.errorPages, b.pageOf().deploymentID
	pages.store.remove(deployment)
	pages.bytes.Store(maxErrorPages)
	pages.settle(t.Context(), errorPageAsk{page: b.pageOf(), host: demoHost})

	_, known := pages.store.load(deployment)
	require.False(t, known)
	require.EqualValues(t, maxErrorPages, pages.bytes.Load())
}

// The edge serves and follows the platform while an app takes its time over the page.
func TestErrorPage_AppThatDoesNotAnswer_HoldsNothing(t *testing.T) {
	t.Parallel()

	hangs, asked := make(chan struct{}), make(chan struct{}, errorPageTries)

	b := askingForPages(t, newPlatform(t), t.TempDir())
	route := live(demoHost, app(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == errorPagePath {
			asked <- struct{}{}

			<-hangs
		}

		_, _ = io.WriteString(w, "demo")
	}))
	b.serve(t, route)
	<-asked

	_, body := b.get(t, demoHost, "/")
	require.Equal(t, "demo", body)

	b.serve(t, live(demoHost, app(t, says("next"))))
	close(hangs)

	_, body = b.get(t, demoHost, "/")
	require.Equal(t, "next", body)
}
