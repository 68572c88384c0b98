package containers

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/containerd/errdefs"
	"github.com/opencontainers/go-digest"
	"github.com/stretchr/testify/require"
)

// TestSource_Lacks_WhatTheRegistrySaysItDoesNotHave compares a registry that has no such manifest with one that ends in the middle of the question, and is there
// again for the next.
func TestSource_Lacks_WhatTheRegistrySaysItDoesNotHave(t *testing.T) {
	t.Parallel()

	for name, ends := range map[string]bool{"no manifest": false, "ends while it is asked": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			registry := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if ends && strings.Contains(r.URL.Path, "/manifests/") {
					panic(http.ErrAbortHandler)
				}

				w.WriteHeader(http.StatusNotFound)
			}))
			t.Cleanup(registry.Close)

			host := strings.TrimPrefix(registry.URL, "http://")
			asked := New(nil, Config{Registry: host, Insecure: true}).source()

			_, _, err := asked.Resolve(t.Context(), host+"/app@"+digest.FromString("app").String())
			require.True(t, errdefs.IsNotFound(err), "containerd says so of both: %v", err)
			require.Equal(t, !ends, asked.lacks(err))
		})
	}
}
