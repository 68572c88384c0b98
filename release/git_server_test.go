package main

import (
	"context"
	"io"
	"net/http"
	"net/http/cgi"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/test/rig"
)

// gitServer is git's own server, with a repository in which nothing can be built: what fetches it is a short job.
type gitServer struct {
	*httptest.Server

	repository *rig.Repository

	mutex sync.Mutex
	// gate is closed when requests may pass.
	gate    chan struct{}
	waiting int
}

func newGitServer(t *testing.T) *gitServer {
	t.Helper()

	folder := t.TempDir()

	repository, err := rig.NewRepository(t.Context(), filepath.Join(folder, "app"))
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(repository.Dir, "notes.txt"), []byte("nothing to build"), 0o600))
	_, err = repository.Commit(t.Context())
	require.NoError(t, err)

	programs, err := rig.Run(exec.CommandContext(t.Context(), "git", "--exec-path"))
	require.NoError(t, err)

	backend := &cgi.Handler{
		Path: filepath.Join(programs, "git-http-backend"), Env: []string{"GIT_PROJECT_ROOT=" + folder, "GIT_HTTP_EXPORT_ALL=1"}, Stderr: io.Discard,
	}
	g := &gitServer{repository: repository, gate: make(chan struct{})}
	g.open()
	g.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if g.pass(r.Context()) {
			backend.ServeHTTP(w, r)
		}
	}))
	t.Cleanup(g.Close)

	return g
}

// pass waits until the gate is open; false when the client has gone.
func (g *gitServer) pass(ctx context.Context) bool {
	g.mutex.Lock()
	gate := g.gate
	g.mutex.Unlock()

	select {
	case <-gate:
		return true
	default:
	}

	g.mutex.Lock()
	g.waiting++
	g.mutex.Unlock()

	defer func() {
		g.mutex.Lock()
		defer g.mutex.Unlock()
		g.waiting--
	}()

	select {
	case <-gate:
		return true
	case <-ctx.Done():
		return false
	}
}

// shut holds requests back until open is called.
func (g *gitServer) shut() {
	g.mutex.Lock()
	defer g.mutex.Unlock()

	g.gate = make(chan struct{})
}

func (g *gitServer) open() {
	g.mutex.Lock()
	defer g.mutex.Unlock()

	close(g.gate)
}

// held is how many requests wait.
func (g *gitServer) held() int {
	g.mutex.Lock()
	defer g.mutex.Unlock()

	return g.waiting
}
