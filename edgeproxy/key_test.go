package edgeproxy

import (
	"crypto/ed25519"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/internal/httpsignature"
)

func TestKey_IsMadeOnceAndSignsWhatTheEdgeSends(t *testing.T) {
	t.Parallel()

	var config Config

	b := setup(t, func(c *Config) { config = *c })
	b.serve(t, live(demoHost, app(t, says("one"))))

	key, err := FindKey(config.DataDir)
	require.NoError(t, err)

	b.platform.mutex.Lock()
	require.Equal(t, httpsignature.PublicKey(key.Private), b.platform.key)

	public, ok := key.Private.Public().(ed25519.PublicKey)
	require.True(t, ok)
	require.NoError(t, httpsignature.Verify(b.platform.polled, public, time.Now(), func() ([]byte, error) { return nil, nil }))
	b.platform.mutex.Unlock()

	info, err := os.Stat(filepath.Join(config.DataDir, "edge.key"))
	require.NoError(t, err)
	require.EqualValues(t, keyFileMode, info.Mode().Perm())

	b.stop()
	<-b.stopped

	again := start(t, b.platform, config)
	again.serve(t, live(demoHost, app(t, says("two"))))
}

func TestKey_TokenBoundToAnotherMachine_ServesNothingAndSaysWhy(t *testing.T) {
	t.Parallel()

	platform := newPlatform(t)
	platform.key = "another"
	platform.publish(live(demoHost, app(t, says("one"))))

	b := start(t, platform, configFor(t, platform))
	response, _ := b.get(t, demoHost, "/")
	require.Equal(t, http.StatusServiceUnavailable, response.StatusCode)
	require.Zero(t, platform.polls.Load(), "it acknowledges nothing")
}

func TestKey_ThatCannotBeRead_IsAnErrorThatSaysWhatToDo(t *testing.T) {
	t.Parallel()

	directory := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(directory, "edge.key"), []byte("nonsense"), keyFileMode))

	_, err := FindKey(directory)
	require.ErrorContains(t, err, "zeitwork edges join")
}
