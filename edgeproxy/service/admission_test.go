package service

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/caarlos0/env/v11"
	"github.com/samber/lo"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/edgeproxy"
	"github.com/zeitwork/zeitwork/internal/id"
)

// api stands in for the API: it takes the tokens own and zwj_good.
func api(t *testing.T) string {
	t.Helper()

	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answer := func(status int, body any) {
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(status)
			_ = json.NewEncoder(w).Encode(body)
		}

		var asked client.JoinEdgeInputBody

		switch _ = json.NewDecoder(r.Body).Decode(&asked); {
		case r.URL.Path == "/v1/edge/key" && r.Header.Get("Authorization") == "Bearer own":
			w.WriteHeader(http.StatusNoContent)
		case r.URL.Path == "/v1/edge/join" && asked.Token == "zwj_good":
			joined := client.JoinedEdge{EdgeID: id.New(), Name: "edge-7", Region: "eu"}
			if !lo.FromPtr(asked.CheckOnly) {
				joined.Token = new("bound")
			}

			answer(http.StatusOK, joined)
		default:
			answer(http.StatusUnauthorized, client.Problem{Detail: "It was used already."})
		}
	}))
	t.Cleanup(server.Close)

	return server.URL
}

// joiner is a machine that joins.
type joiner struct {
	options Options
	dataDir string
	said    []string
}

func setup(t *testing.T, oneTime string, settings map[string]string) *joiner {
	t.Helper()

	b := &joiner{dataDir: filepath.Join(t.TempDir(), "zeitwork", "edge")}
	settings[apiSetting], settings["ZEITWORK_EDGE_DATA_DIR"] = api(t), b.dataDir
	b.options = Options{
		Settings: settings, OneTimeToken: oneTime, Say: func(step string) { b.said = append(b.said, step) },
		Configure: func(settings map[string]string) (edgeproxy.Config, error) {
			return env.ParseAsWithOptions[edgeproxy.Config](env.Options{Environment: settings})
		},
	}

	return b
}

func TestJoin_OneTimeToken_MakesAKey_AndTheAPINamesTheRegion(t *testing.T) {
	t.Parallel()

	b := setup(t, "zwj_good", map[string]string{})
	begun, err := begin(t.Context(), b.options)
	require.NoError(t, err)
	require.NoDirExists(t, b.dataDir, "to ask changes nothing")

	require.NoError(t, begun.obtainToken(t.Context(), b.options))
	require.Contains(t, b.said, "this machine becomes the edge edge-7")
	require.Equal(t, "eu :80 :443 bound", strings.Join([]string{
		begun.settings[regionSetting], begun.settings[listenSetting], begun.settings[tlsListenSetting], begun.settings[tokenSetting],
	}, " "))

	kept, err := edgeproxy.FindKey(b.dataDir)
	require.NoError(t, err)
	require.False(t, kept.IsNew())
	require.True(t, kept.Private.Equal(begun.key.Private))

	require.NoError(t, removeData(b.dataDir, true))
	require.NoDirExists(t, filepath.Dir(b.dataDir), "nothing is left of it")
}

func TestJoin_OneTimeTokenIsUsed_EdgeGoesOnWithItsOwn(t *testing.T) {
	t.Parallel()

	b := setup(t, "zwj_used", map[string]string{tokenSetting: "own", listenSetting: "127.0.0.1:8080"})
	begun, err := begin(t.Context(), b.options)
	require.NoError(t, err)
	require.Contains(t, strings.Join(b.said, "\n"), "goes on with the token that it has")
	require.Empty(t, begun.oneTime)
	require.Equal(t, "127.0.0.1:8080 ", begun.settings[listenSetting]+" "+begun.settings[tlsListenSetting], "it listens where it did")
}

func TestJoin_TokenIsRefused_ChangesNothing(t *testing.T) {
	t.Parallel()

	for oneTime, settings := range map[string]map[string]string{"zwj_used": {}, "": {tokenSetting: "wrong"}} {
		b := setup(t, oneTime, settings)
		_, err := begin(t.Context(), b.options)
		require.ErrorContains(t, err, "It was used already.")
		require.NoDirExists(t, filepath.Dir(b.dataDir))
	}
}

func TestJoin_PortIsTaken_SaysSo(t *testing.T) {
	t.Parallel()

	taken := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(taken.Close)

	address := taken.Listener.Addr().String()
	err := checkPorts(t.Context(), edgeproxy.Config{Listen: address})
	require.ErrorContains(t, err, "the edge cannot listen at "+address)
	require.ErrorContains(t, err, "join with another ZEITWORK_EDGE_LISTEN=ADDRESS")
	require.NoError(t, checkPorts(t.Context(), edgeproxy.Config{Listen: "127.0.0.1:0"}))
}

func TestLeave_StateOfAServiceWithAUserOfItsOwn_IsRemovedBehindTheLink(t *testing.T) {
	t.Parallel()

	folder := t.TempDir()
	private, link := filepath.Join(folder, "private", "zeitwork", "edge"), filepath.Join(folder, "zeitwork", "edge")
	require.NoError(t, os.MkdirAll(private, 0o700))
	require.NoError(t, os.MkdirAll(filepath.Dir(link), 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(private, "edge.key"), []byte("key"), 0o600))
	require.NoError(t, os.Symlink(private, link))

	require.NoError(t, removeData(link, false))
	require.FileExists(t, filepath.Join(link, "edge.key"))

	require.NoError(t, removeData(link, true))
	require.NoDirExists(t, filepath.Dir(link))
	require.NoDirExists(t, filepath.Dir(private))
}

func TestLeave_DataDirectoryHasOtherThings_TheyStay(t *testing.T) {
	t.Parallel()

	folder := t.TempDir()
	for _, name := range []string{"edge.key", "routes.log", "certificates.sealed", "draining", "error-pages/one.json", "of-another/file"} {
		require.NoError(t, os.MkdirAll(filepath.Dir(filepath.Join(folder, name)), 0o700))
		require.NoError(t, os.WriteFile(filepath.Join(folder, name), nil, 0o600))
	}

	require.NoError(t, removeData(folder, true))

	left, err := os.ReadDir(folder)
	require.NoError(t, err)
	require.Len(t, left, 1)
	require.FileExists(t, filepath.Join(folder, "of-another", "file"))
}
