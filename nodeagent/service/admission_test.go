package service

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/caarlos0/env/v11"
	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/internal/id"
	"github.com/zeitwork/zeitwork/nodeagent"
)

// api stands in for the API: it takes the tokens own and zwj_good.
func api(t *testing.T, own, offered uuid.UUID) string {
	t.Helper()

	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answer := func(status int, body any) {
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(status)
			_ = json.NewEncoder(w).Encode(body)
		}

		var asked client.JoinNodeInputBody

		switch _ = json.NewDecoder(r.Body).Decode(&asked); {
		case r.URL.Path == "/v1/node/assignments" && r.Header.Get("Authorization") == "Bearer own":
			answer(http.StatusOK, client.Assignments{NodeID: own})
		case r.URL.Path == "/v1/node/join" && asked.Token == "zwj_good" && asked.CheckOnly != nil:
			answer(http.StatusOK, client.JoinedNode{NodeID: offered, Name: "node-7", RegistryHost: "registry.example.com"})
		default:
			answer(http.StatusUnauthorized, client.Problem{Detail: "It was used already."})
		}
	}))
	t.Cleanup(server.Close)

	return server.URL
}

// ask begins to join, and returns what was said.
func ask(t *testing.T, oneTime string, settings map[string]string) (*admission, string, error) {
	t.Helper()

	var said []string

	begun, err := begin(t.Context(), Options{
		Settings: settings, OneTimeToken: oneTime, Say: func(step string) { said = append(said, step) },
		Configure: func(settings map[string]string) (nodeagent.Config, error) {
			return env.ParseAsWithOptions[nodeagent.Config](env.Options{Environment: settings})
		},
	})

	return begun, strings.Join(said, "\n"), err
}

func TestJoin_OneTimeToken_TheAPINamesTheRegistry(t *testing.T) {
	t.Parallel()

	begun, said, err := ask(t, "zwj_good", map[string]string{apiSetting: api(t, id.New(), id.New())})
	require.NoError(t, err)
	require.Contains(t, said, "becomes the node node-7")
	require.Equal(t, "registry.example.com", begun.config.RegistryHost)
	require.NotNil(t, begun.key.private)
}

func TestJoin_OneTimeTokenIsUsed_NodeGoesOnWithItsOwn(t *testing.T) {
	t.Parallel()

	url := api(t, id.New(), id.New())
	begun, said, err := ask(t, "zwj_used", map[string]string{apiSetting: url, tokenSetting: "own", registrySetting: "registry"})
	require.NoError(t, err)
	require.Contains(t, said, "goes on with the token that it has")
	require.Contains(t, said, "It was used already.")
	require.Empty(t, begun.oneTime)

	_, _, err = ask(t, "zwj_used", map[string]string{apiSetting: url})
	require.ErrorContains(t, err, "It was used already.")
}

func TestJoin_MachineIsAnotherNode_IsRefused(t *testing.T) {
	t.Parallel()

	node := id.New()
	settings := map[string]string{apiSetting: api(t, node, id.New()), tokenSetting: "own", registrySetting: "registry"}
	_, _, err := ask(t, "zwj_good", settings)
	require.ErrorContains(t, err, "`zeitwork node leave` takes that off it, and then it can become node-7")

	settings[apiSetting] = api(t, node, node)
	_, _, err = ask(t, "zwj_good", settings)
	require.NoError(t, err, "the same node")
}

func TestJoin_NodeThatHasAKey_KeepsItsToken(t *testing.T) {
	t.Parallel()

	url := api(t, id.New(), id.New())
	file := t.TempDir() + "/key"
	made, err := nextKey("")
	require.NoError(t, err)

	made.file = file
	require.NoError(t, made.keep())

	settings := map[string]string{apiSetting: url, tokenSetting: "own", registrySetting: "registry"}
	begun, _, err := ask(t, "", settings)
	require.NoError(t, err)
	require.True(t, begun.bind, "a node of the version before gets a key")

	settings[keySetting] = file
	begun, _, err = ask(t, "", settings)
	require.NoError(t, err)
	require.False(t, begun.bind)
	require.True(t, begun.key.private.Equal(made.private))

	settings[keySetting] = file + "-lost"
	_, _, err = ask(t, "", settings)
	require.ErrorContains(t, err, "read the key of this machine")

	begun, _, err = ask(t, "zwj_good", settings)
	require.NoError(t, err, "a one-time token gives the machine another key")
	require.NotNil(t, begun.key.private)
}
