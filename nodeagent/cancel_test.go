package nodeagent_test

import (
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/client"
)

// cancelTime is the longest time after which the VM of a cancelled deployment must be gone.
const cancelTime = 10 * time.Second

// cancel has the VM stopped, and returns how long it took until it was reported removed.
func (b *testBundle) cancel(t *testing.T, vm client.AssignedVM) time.Duration {
	t.Helper()

	begun := time.Now()
	vm.DesiredState = client.AssignedVMDesiredStateStopped
	b.api.assign(vm)
	b.api.waitFor(t, vm.ID, client.VMReportStateRemoved)

	took := time.Since(begun)
	t.Logf("removed in %s", took.Round(time.Millisecond))
	b.requireNothingLeft(t)

	return took
}

// slowRegistry stands before a registry and never sends a layer. Asked gets a value for each that begins to wait, cut for each that the
// client gave up.
func slowRegistry(t *testing.T, registry string) (host string, asked, cut chan struct{}) {
	t.Helper()

	proxy := httputil.NewSingleHostReverseProxy(&url.URL{Scheme: "http", Host: registry})
	asked, cut = make(chan struct{}, 16), make(chan struct{}, 16)

	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.Contains(r.URL.Path, "/blobs/") {
			proxy.ServeHTTP(w, r)

			return
		}

		asked <- struct{}{}

		<-r.Context().Done()

		cut <- struct{}{}
	}))
	t.Cleanup(server.Close)
	t.Cleanup(server.CloseClientConnections)

	return strings.TrimPrefix(server.URL, "http://"), asked, cut
}

func TestCancel_WhilePulling_CutsThePullOff(t *testing.T) {
	t.Parallel()

	b := setup(t)
	slow, asked, cut := slowRegistry(t, b.registry)
	// The image is new, because containerd does not pull what another test has pulled already.
	image := pushApp(t, b.registry, func(c *v1.Config) { c.Labels = map[string]string{"test": slow} })
	vm := b.vm(strings.Replace(image, b.registry, slow, 1), "")
	b.config.RegistryHost = slow
	b.api.assign(vm)
	b.startAgent(t)
	b.api.waitFor(t, vm.ID, client.VMReportStatePulling)

	select {
	case <-asked:
	case <-time.After(20 * time.Second):
		require.Fail(t, "nothing was pulled")
	}

	require.Less(t, b.cancel(t, vm), cancelTime)

	select {
	case <-cut:
	case <-time.After(cancelTime):
		require.Fail(t, "the pull goes on")
	}
}

func TestCancel_WhileStarting_RemovesWhatIsHalfMade(t *testing.T) {
	t.Parallel()

	b := setup(t)
	vm := b.vm(pushApp(t, b.registry, nil), "")
	log := filepath.Join(b.config.DataDir, "vms", vm.ID.String(), "log")
	require.NoError(t, os.MkdirAll(log, 0o700))
	require.NoError(t, os.WriteFile(stallFile(log), nil, 0o600))
	b.api.assign(vm)
	b.startAgent(t)
	b.api.waitFor(t, vm.ID, client.VMReportStateStarting)

	logs := func() bool {
		for _, trace := range b.traces(t) {
			if strings.HasPrefix(trace, "process ") && strings.Contains(trace, log) {
				return true
			}
		}

		return false
	}
	require.Eventually(t, logs, 20*time.Second, 5*time.Millisecond, "the start does not wait for the log process")

	require.Less(t, b.cancel(t, vm), cancelTime)
}

func TestCancel_RunningAndNotHealthy_EndsItAtOnce(t *testing.T) {
	t.Parallel()

	b := setup(t)
	vm := b.vm(pushApp(t, b.registry, nil), "never")
	vm.GraceSeconds = 30
	b.api.assign(vm)
	b.startAgent(t)
	b.api.waitFor(t, vm.ID, client.VMReportStateRunning)

	require.Less(t, b.cancel(t, vm), cancelTime)
}

func TestCancel_NeverHealthyAndIgnoresSIGTERM_GetsAShortGrace(t *testing.T) {
	t.Parallel()

	b := setup(t)
	vm := b.vm(pushApp(t, b.registry, nil), "stubborn-never")
	vm.GraceSeconds = 30
	b.api.assign(vm)
	b.startAgent(t)
	b.api.waitForMessage(t, vm.ID, "does not listen")

	took := b.cancel(t, vm)
	require.Greater(t, took, 4*time.Second)
	require.Less(t, took, 10*time.Second)
}

func TestCancel_WasHealthyAndIgnoresSIGTERM_GetsAllOfItsGrace(t *testing.T) {
	t.Parallel()

	b := setup(t)
	vm := b.vm(pushApp(t, b.registry, nil), "stubborn")
	vm.GraceSeconds = 8
	b.api.assign(vm)
	b.startAgent(t)
	b.api.waitFor(t, vm.ID, client.VMReportStateHealthy)

	require.GreaterOrEqual(t, b.cancel(t, vm), 8*time.Second)
}

func TestCancel_BetweenTwoCrashes_RemovesIt(t *testing.T) {
	t.Parallel()

	b := setup(t)
	vm := b.vm(pushApp(t, b.registry, nil), "crash")
	b.api.assign(vm)
	b.startAgent(t)
	b.api.waitFor(t, vm.ID, client.VMReportStateCrashed)

	require.Less(t, b.cancel(t, vm), cancelTime)
}
