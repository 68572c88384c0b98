package edgeproxy

import (
	"context"
	"encoding/json"
	"net"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/internal/version"
)

func TestPoller_NewTable_IsServedSavedAndAcknowledged(t *testing.T) {
	t.Parallel()

	var directory string

	b := setup(t, func(c *Config) { directory = c.DataDir })
	b.serve(t, live(demoHost, app(t, says("one"))))

	_, body := b.get(t, demoHost, "/")
	require.Equal(t, "one", body)

	saved, err := newLog(t, directory).load()
	require.NoError(t, err)
	require.EqualValues(t, 1, merge(saved).Version)

	b.serve(t, live(demoHost, app(t, says("two"))))

	_, body = b.get(t, demoHost, "/")
	require.Equal(t, "two", body)
}

func TestPoller_TellsTheVersionOfItsBinary(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.serve(t, live(demoHost, app(t, says("one"))))

	b.platform.mutex.Lock()
	defer b.platform.mutex.Unlock()

	require.Equal(t, version.Get().Version, b.platform.version)
}

func TestPoller_TellsFromWhereItConnectsToVMs(t *testing.T) {
	t.Parallel()

	tell := func(configure func(*Config)) []string {
		b := setup(t, configure)
		b.serve(t, live(demoHost, app(t, says("one"))))

		b.platform.mutex.Lock()
		defer b.platform.mutex.Unlock()

		return b.platform.addresses
	}

	configured := []netip.Addr{netip.MustParseAddr("100.64.0.9"), netip.MustParseAddr("100.64.0.2")}
	require.Equal(t, []string{"100.64.0.2", "100.64.0.9"}, tell(func(c *Config) { c.Addresses = configured }))

	own, err := net.InterfaceAddrs()
	require.NoError(t, err)

	for _, text := range tell(func(*Config) {}) {
		if text == "" {
			continue // The machine has no address but the loopback.
		}

		address := netip.MustParseAddr(text)
		require.True(t, address.Is4() && !address.IsLoopback(), text)
		require.True(t, slices.ContainsFunc(own, func(a net.Addr) bool { return strings.HasPrefix(a.String(), text+"/") }), text)
	}
}

func TestPoller_NothingNew_IsHeldByThePlatform(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.serve(t, live(demoHost, app(t, says("one"))))
	b.serve(t, live(demoHost, app(t, says("one"))))

	// The first without a version, then one that acknowledges each of the tables.
	require.LessOrEqual(t, b.platform.polls.Load(), int64(4))
}

func TestPoller_PlatformAway_ServesOnAndComesBack(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.serve(t, live(demoHost, app(t, says("one"))))

	b.platform.away.Store(true)
	b.platform.publish(live(demoHost, app(t, says("two"))))
	b.platform.CloseClientConnections()

	seen := b.platform.polls.Load()
	require.Eventually(t, func() bool { return b.platform.polls.Load() > seen }, patience, frequency)

	_, body := b.get(t, demoHost, "/")
	require.NotEmpty(t, body)

	b.platform.away.Store(false)
	b.serve(t, live(demoHost, app(t, says("three"))))

	_, body = b.get(t, demoHost, "/")
	require.Equal(t, "three", body)
}

func TestPoller_RestartWithPlatformAway_ServesFromDisk(t *testing.T) {
	t.Parallel()

	var config Config

	b := setup(t, func(c *Config) { config = *c })
	b.serve(t, live(demoHost, app(t, says("one"))))
	b.stop()
	<-b.stopped

	b.platform.away.Store(true)
	again := start(t, b.platform, config)

	response, body := again.get(t, demoHost, "/")
	require.Equal(t, http.StatusOK, response.StatusCode)
	require.Equal(t, "one", body)
}

func TestPoller_TableOnDiskIsBroken_WaitsForThePlatform(t *testing.T) {
	t.Parallel()

	b := setup(t, func(c *Config) {
		require.NoError(t, os.WriteFile(filepath.Join(c.DataDir, "routes.log"), []byte("{"), 0o600))
	})
	b.serve(t, live(demoHost, app(t, says("one"))))

	_, body := b.get(t, demoHost, "/")
	require.Equal(t, "one", body)
}

func TestPoller_TableOlderThanOnDisk_IsThePlatformsToDecide(t *testing.T) {
	t.Parallel()

	var config Config

	b := setup(t, func(c *Config) { config = *c })
	b.serve(t)
	b.serve(t, live(demoHost, app(t, says("later"))))
	b.stop()
	<-b.stopped

	restored := newPlatform(t)
	restored.publish(live(demoHost, app(t, says("earlier"))))
	config.APIURL = restored.URL

	again := start(t, restored, config)
	require.Eventually(t, func() bool {
		_, body := again.get(t, demoHost, "/")

		return body == "earlier"
	}, patience, frequency)
}

func TestPoller_ServesOnWithChangesAlone(t *testing.T) {
	t.Parallel()

	var config Config

	b := setup(t, func(c *Config) { config = *c })
	other := live("other.example.com", app(t, says("other")))
	b.serve(t, live(demoHost, app(t, says("one"))), other)
	b.serve(t, live(demoHost, app(t, says("two"))), other)
	b.serve(t, other)
	require.EqualValues(t, 1, b.platform.wholes.Load())
	require.GreaterOrEqual(t, b.platform.changes.Load(), int64(2), "its first table may be the one before these")

	_, body := b.get(t, "other.example.com", "/")
	require.Equal(t, "other", body)

	response, _ := b.get(t, demoHost, "/")
	require.Equal(t, http.StatusNotFound, response.StatusCode)

	b.stop()
	<-b.stopped

	again := start(t, b.platform, config)
	again.serve(t, live(demoHost, app(t, says("three"))), other)
	require.EqualValues(t, 1, b.platform.wholes.Load(), "what was on the disk is what the change was of")

	_, body = again.get(t, demoHost, "/")
	require.Equal(t, "three", body)
}

func TestPoller_AnotherTableUnderTheSameVersion_IsReplacedByTheWhole(t *testing.T) {
	t.Parallel()

	var config Config

	b := setup(t, func(c *Config) { config = *c })
	b.serve(t, live(demoHost, app(t, says("lost"))))
	b.stop()
	<-b.stopped

	restored := newPlatform(t)
	restored.publish()
	restored.publish(live("other.example.com", app(t, says("other"))))
	config.APIURL = restored.URL

	again := start(t, restored, config)
	restored.requireAcknowledged(t, 2)

	response, _ := again.get(t, demoHost, "/")
	require.Equal(t, http.StatusNotFound, response.StatusCode, "it is not the platform's any more")
	require.Zero(t, restored.changes.Load())
}

func TestPoller_TableOfTheVersionBefore_IsServedUntilThereIsAnother(t *testing.T) {
	t.Parallel()

	platform := newPlatform(t)
	platform.away.Store(true)

	config := configFor(t, platform)
	text, err := json.Marshal(client.RouteTable{Version: 3, Routes: []client.Route{live(demoHost, app(t, says("one")))}})
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(oldTableFile(config.DataDir), text, 0o600))

	again := start(t, platform, config)

	_, body := again.get(t, demoHost, "/")
	require.Equal(t, "one", body)

	// The edge names version 3 at once. It names a version beyond that once it serves from it.
	for range 4 {
		platform.publish()
	}

	platform.away.Store(false)
	again.serve(t, live(demoHost, app(t, says("two"))))

	_, body = again.get(t, demoHost, "/")
	require.Equal(t, "two", body)
	require.Eventually(t, func() bool { _, err := os.Stat(oldTableFile(config.DataDir)); return os.IsNotExist(err) }, patience, frequency,
		"it would be served again where the new one is lost")
}

func TestPoller_TokenRefused_AsksSeldom(t *testing.T) {
	t.Parallel()

	b := setup(t, func(c *Config) { c.Token = "zwe_wrong" })

	require.Eventually(t, func() bool { return b.platform.polls.Load() >= 2 }, patience, frequency)
	require.LessOrEqual(t, b.platform.polls.Load(), int64(4))

	response, _ := b.get(t, demoHost, "/")
	require.Equal(t, http.StatusServiceUnavailable, response.StatusCode)
}

func TestPause_GrowsToABound(t *testing.T) {
	t.Parallel()

	for failures := 1; failures < 100; failures++ {
		got := pause(failures)
		require.GreaterOrEqual(t, got, min(minPause<<min(failures, 10), maxPause)/2)
		require.LessOrEqual(t, got, maxPause)
	}
}

func TestSleep_EndsWithItsContext(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()

		begun := time.Now()
		sleep(ctx, time.Hour)
		require.Equal(t, time.Second, time.Since(begun))
	})
}
