package edgeproxy

import (
	"net/http"
	"os"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestRotation_DrainingEdge_IsLeftByLoadBalancersAndServesOn_UntilItIsReady(t *testing.T) {
	t.Parallel()

	b := setup(t)
	hello := live(demoHost, app(t, says("hello")))
	b.serve(t, hello)

	// The platform of the version before says nothing, which changes nothing.
	for _, step := range []struct {
		told, text string
		status     int
	}{
		{"true", "draining\n", http.StatusServiceUnavailable}, {"", "draining\n", http.StatusServiceUnavailable}, {"false", "ok\n", http.StatusOK},
	} {
		b.platform.mutex.Lock()
		b.platform.draining = step.told
		b.platform.mutex.Unlock()

		// The poll that waits has been told before; the one behind it is told now.
		b.serve(t, hello)
		b.serve(t, hello)

		response, text := b.get(t, demoHost, healthPath)
		require.Equal(t, step.status, response.StatusCode)
		require.Equal(t, step.text, text)

		_, body := b.get(t, demoHost, "/")
		require.Equal(t, "hello", body)
	}
}

func TestRotation_DrainingEdge_ThatIsStartedAgain_IsLeftByLoadBalancersBeforeItHasAskedThePlatform(t *testing.T) {
	t.Parallel()

	config := configFor(t, newPlatform(t))
	restarted := func() *rotation { return newEdgeOf(t, config).rotation }

	for _, told := range []string{"true", "false", "true", "", "false"} {
		running := restarted()
		require.NoError(t, running.answered(http.Header{headerDraining: {told}}))

		require.Equal(t, running.left.Load(), restarted().left.Load(), "told %q", told)
	}

	running := restarted()
	require.False(t, running.left.Load())
	require.NoError(t, os.RemoveAll(config.DataDir))
	require.Error(t, running.answered(http.Header{headerDraining: {"true"}}), "it cannot be kept")
	require.True(t, running.left.Load(), "it holds in this run")
}
