package edgeproxy

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/client"
)

const (
	previousHost = "demo-00000001.example.com"
	oldAsset     = "/_next/static/chunks/main-abc123def.js"
	missingAsset = "/_next/static/chunks/main-000000000.js"
	notThere     = "the page of the app for what is not there"
)

// skewed serves a live deployment that answers all with 404 and the one before it, which has the old asset, and counts what the latter is asked for.
func skewed(t *testing.T, b *testBundle) (current, previous client.Route, asked *atomic.Int64) {
	t.Helper()

	asked = &atomic.Int64{}
	current = live(demoHost, app(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("X-App", "new")
		w.WriteHeader(http.StatusNotFound)
		_, _ = io.WriteString(w, notThere)
	}))
	previous = live(previousHost, app(t, func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)

		if r.URL.Path == missingAsset {
			http.NotFound(w, r)

			return
		}

		w.Header().Set("Etag", `"1"`)
		w.Header().Set("X-Seen-Host", r.Host)
		http.ServeContent(w, r, "main.js", time.Time{}, strings.NewReader("old asset"))
	}))
	current.Previous = new(previousHost)

	b.serve(t, current, previous)

	return current, previous, asked
}

func TestSkew_AssetOfTheDeploymentBefore_IsServedWhileItIsWarm(t *testing.T) {
	t.Parallel()

	b := setup(t)
	current, previous, asked := skewed(t, b)

	for range 3 {
		answer, body := b.get(t, demoHost, oldAsset+"?x=1")
		require.Equal(t, http.StatusOK, answer.StatusCode)
		require.Equal(t, "old asset", body)
		require.Equal(t, demoHost, answer.Header.Get("X-Seen-Host"))
		require.NotEmpty(t, answer.Header.Get(headerRequestID))
	}

	answer, body := b.do(t, b.request(t, http.MethodHead, demoHost, oldAsset, nil))
	require.Equal(t, http.StatusOK, answer.StatusCode)
	require.Equal(t, "9", answer.Header.Get("Content-Length"))
	require.Empty(t, body)

	part := b.request(t, http.MethodGet, demoHost, oldAsset, nil)
	part.Header.Set("Range", "bytes=4-")
	answer, body = b.do(t, part)
	require.Equal(t, http.StatusPartialContent, answer.StatusCode)
	require.Equal(t, "asset", body)

	known := b.request(t, http.MethodGet, demoHost, oldAsset, nil)
	known.Header.Set("If-None-Match", `"1"`)
	answer, _ = b.do(t, known)
	require.Equal(t, http.StatusNotModified, answer.StatusCode)
	require.EqualValues(t, 6, asked.Load())

	b.settled(t)

	reports := b.told(t)
	require.EqualValues(t, 5, totalsOf(reports, previous.DeploymentID).Successful, "they count for the deployment that has answered")
	require.EqualValues(t, 1, totalsOf(reports, previous.DeploymentID).Redirected)
	require.Zero(t, totalsOf(reports, current.DeploymentID).ClientErrors)

	// Its VMs have left the table.
	b.serve(t, current)

	answer, body = b.get(t, demoHost, oldAsset)
	require.Equal(t, http.StatusNotFound, answer.StatusCode)
	require.Equal(t, notThere, body)
	require.EqualValues(t, 6, asked.Load())
}

func TestSkew_WhatIsNoAssetOrNowhere_IsAnsweredByTheLiveOne(t *testing.T) {
	t.Parallel()

	b := setup(t)
	current, previous, asked := skewed(t, b)

	for i, one := range []struct {
		method, path string
		asks         int64
	}{
		{http.MethodGet, "/about", 0},
		{http.MethodGet, "/report.html", 0},
		{http.MethodPost, oldAsset, 0},
		{http.MethodDelete, oldAsset, 0},
		{http.MethodGet, missingAsset, 1},
		{http.MethodHead, missingAsset, 2},
	} {
		answer, body := b.do(t, b.request(t, one.method, demoHost, one.path, nil))
		require.Equal(t, http.StatusNotFound, answer.StatusCode, i)
		require.Equal(t, "new", answer.Header.Get("X-App"))
		require.Equal(t, one.asks, asked.Load(), "%s %s", one.method, one.path)

		if one.method != http.MethodHead {
			require.Equal(t, notThere, body)
		}
	}

	// The environment does not have it so.
	current.Previous = nil
	b.serve(t, current, previous)

	answer, _ := b.get(t, demoHost, oldAsset)
	require.Equal(t, http.StatusNotFound, answer.StatusCode)
	require.EqualValues(t, 2, asked.Load())
}

func TestSkew_DeploymentBeforeThatDoesNotAnswer_LeavesTheAnswerOfTheLiveOne(t *testing.T) {
	t.Parallel()

	for name, vm := range map[string]func(net.Conn){
		"closes":  func(net.Conn) {},
		"rubbish": func(connection net.Conn) { _, _ = io.WriteString(connection, "rubbish\r\n\r\n") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			b := setup(t)
			current, previous, _ := skewed(t, b)
			previous.Upstreams = []client.Upstream{byHand(t, vm)}
			b.serve(t, current, previous)

			for range 3 {
				answer, body := b.get(t, demoHost, oldAsset)
				require.Equal(t, http.StatusNotFound, answer.StatusCode)
				require.Equal(t, notThere, body)
			}

			// One that has another VM asks that.
			answering := app(t, says("old asset"))
			previous.Upstreams = append(previous.Upstreams, answering)
			b.serve(t, current, previous)

			for range 3 {
				_, body := b.get(t, demoHost, oldAsset)
				require.Equal(t, "old asset", body)
			}
		})
	}
}

func TestSkew_LargeAsset_IsServedWhole(t *testing.T) {
	t.Parallel()

	b := setup(t)
	current, previous, _ := skewed(t, b)
	previous.Upstreams = []client.Upstream{app(t, func(w http.ResponseWriter, _ *http.Request) {
		for range 100 {
			_, _ = fmt.Fprintf(w, "%010000d", 0)
		}
	})}
	b.serve(t, current, previous)

	_, body := b.get(t, demoHost, oldAsset)
	require.Len(t, body, 1_000_000)

	// The connection is good for what follows.
	answer, body := b.get(t, demoHost, "/about")
	require.Equal(t, http.StatusNotFound, answer.StatusCode)
	require.Equal(t, notThere, body)
}

// Neither of the two apps goes on with an answer that nobody waits for.
func TestSkew_ClientLeavesWhileTheDeploymentBeforeIsAsked_BothAreTold(t *testing.T) {
	t.Parallel()

	b := setup(t)
	current, previous, _ := skewed(t, b)
	asked, told := make(chan struct{}), make(chan struct{}, 2)

	current.Upstreams = []client.Upstream{app(t, func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusNotFound)
		_ = http.NewResponseController(w).Flush() // The rest of the answer never comes.

		<-r.Context().Done()
		told <- struct{}{}
	})}
	previous.Upstreams = []client.Upstream{app(t, func(_ http.ResponseWriter, r *http.Request) {
		close(asked)

		<-r.Context().Done()
		told <- struct{}{}
	})}
	b.serve(t, current, previous)

	ctx, leave := context.WithCancel(t.Context())

	go func() {
		<-asked
		leave()
	}()

	answer, err := b.client.Do(b.request(t, http.MethodGet, demoHost, oldAsset, nil).WithContext(ctx))
	if err == nil {
		_ = answer.Body.Close()
	}

	require.ErrorIs(t, err, context.Canceled)

	for range cap(told) {
		select {
		case <-told:
		case <-time.After(patience):
			require.Fail(t, "an app was not told that the client has left")
		}
	}
}

func TestIsHashedAsset(t *testing.T) {
	t.Parallel()

	for _, path := range []string{
		oldAsset, "/_next/static/css/2473c16c0c2f6b5f.css", "/docs/_next/static/BuiLd-id/_buildManifest.js", "/_nuxt/entry.Bx3k9.css", "/_nuxt/BQzL9xY_.js",
		"/build/assets/app-4ed993c7.js", "/assets/index-DkGbTvVw.js", "/assets/index-D_Gb-vVw.css", "/assets/index-Dk-b7vVw.js.map",
		"/assets/application-6b86b273ff34fce19d6b804eff5a3f5747ada4eaa22f1d49c01e52ddb7875b4b.js", "/static/js/main.3f2a1b9c.chunk.js",
		"/static/media/logo.5d5d9eefa31e5e13a6610d9fa7a283bb.svg", "/packs/js/application-1a2b3c4d5e6f.js", "/main.4f3e2d1c.js", "/static/base.27e20196a850.css",
		"/_app/immutable/entry/start.CcQ1b2.js", "/_nuxt/builds/meta/4dd4ac43-6e7d-4b4e-a3d1-2b31c1c9a5e7.json", "/_astro/index.BXeP3k9.css", "/4d3e2f1a9c8b7a6f.js",
	} {
		require.True(t, isHashedAsset(path), path)
	}

	for _, path := range []string{
		"", "/", "/about", "/index.html", "/assets/", "/assets/logo.png", "/logo2.png", "/jquery-3.7.1.min.js", "/bootstrap-datepicker.css", "/photo-20261201.jpg",
		"/api/orders-4ed993c7", "/files/4ed993c7aabbccdd.pdf", "/sw.js", "/orders-4ed993c7.json",
		"/uploads/4dd4ac43-6e7d-4b4e-a3d1-2b31c1c9a5e7.png", "/_nuxt/", "/assets/application.js", "/.js",
	} {
		require.False(t, isHashedAsset(path), path)
	}
}
