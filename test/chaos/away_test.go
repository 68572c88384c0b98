package main

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestControlPlaneAway_EdgesAndVMsServeOn_AndAllCatchesUp(t *testing.T) {
	const outage = 15 * time.Second

	h := platform(t, usualTraffic)

	for _, parts := range controlPlane() {
		require.Empty(t, h.away(t.Context(), outage, parts...))
	}

	h.nothingFailed(t, false)
}
