package machine_test

import (
	"crypto/ed25519"
	"encoding/json"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/samber/lo"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/internal/httpsignature"
	"github.com/zeitwork/zeitwork/internal/id"
)

const (
	edgeOneTimeToken = "zwj_one-time-token-of-an-edge"
	edgeToken        = "edge-token-bound-to-the-machine"
)

// edgePlatform stands in for what an edge sees of /v1.
type edgePlatform struct {
	mu sync.Mutex
	// key is what requests with edgeToken have to be signed by.
	key ed25519.PublicKey
	// acknowledged tells that the edge has said that it serves from the route table.
	acknowledged bool
}

func isOfEdges(r *http.Request) bool { return strings.HasPrefix(r.URL.Path, "/v1/edge/") }

func (p *edgePlatform) serve(w http.ResponseWriter, r *http.Request, body []byte) {
	p.mu.Lock()
	key := p.key
	p.mu.Unlock()

	if r.URL.Path == "/v1/edge/join" {
		p.join(w, body)

		return
	}

	err := httpsignature.Verify(r, key, time.Now(), func() ([]byte, error) { return body, nil })
	if key == nil || err != nil || r.Header.Get("Authorization") != "Bearer "+edgeToken {
		http.Error(w, `{"detail":"Who are you?"}`, http.StatusUnauthorized)

		return
	}

	switch r.URL.Path {
	case "/v1/edge/routes":
		p.routes(w, r)
	case "/v1/edge/certificates":
		w.WriteHeader(http.StatusServiceUnavailable) // The edge serves without any.
	default:
		w.WriteHeader(http.StatusNoContent)
	}
}

// routes tells the edge of one table, and holds polls that know it.
func (p *edgePlatform) routes(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("If-None-Match") == "" {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(`{"version":7,"routes":[]}`))

		return
	}

	p.mu.Lock()
	p.acknowledged = true
	p.mu.Unlock()

	select {
	case <-r.Context().Done():
	case <-time.After(5 * time.Second):
		w.WriteHeader(http.StatusNotModified)
	}
}

func (p *edgePlatform) join(w http.ResponseWriter, body []byte) {
	var asked client.JoinEdgeInputBody

	err := json.Unmarshal(body, &asked)
	key, keyErr := httpsignature.ParsePublicKey(asked.PublicKey)

	if err != nil || keyErr != nil || asked.Token != edgeOneTimeToken {
		http.Error(w, `{"detail":"This one-time token is not valid."}`, http.StatusUnauthorized)

		return
	}

	answer := client.JoinedEdge{EdgeID: id.New(), Name: "edge-1", Region: "eu"}

	if !lo.FromPtr(asked.CheckOnly) {
		p.mu.Lock()
		p.key, answer.Token = key, new(edgeToken)
		p.mu.Unlock()
	}

	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(answer) //nolint:errchkjson // The edge that went away does not read it.
}

func (p *edgePlatform) isAcknowledged() bool {
	p.mu.Lock()
	defer p.mu.Unlock()

	return p.acknowledged
}

// edgeByScript is the command that an operator is shown.
func edgeByScript(oneTime string) string {
	return "curl -fsSL http://" + apiHost + "/install/edge | ZEITWORK_JOIN_TOKEN=" + oneTime + " sh"
}

// edge is the life of an edge on a machine that is nothing else any more.
func edge(t *testing.T, b *testBundle) {
	t.Helper()

	refused := b.try(t, "sh", "-c", edgeByScript("zwj_another"))
	require.NotZero(t, refused.Code)
	require.Contains(t, refused.Stderr, "This one-time token is not valid.")
	require.Empty(t, b.traces(t))

	output := b.try(t, "sh", "-c", edgeByScript(edgeOneTimeToken))
	require.Zero(t, output.Code, output.Stderr)
	t.Log(output.Stderr)
	require.Eventually(t, b.platform.edge.isAcknowledged, patience, 100*time.Millisecond, "the platform hears of the edge")

	answer := b.run(t, "curl", "--silent", "--show-error", "--write-out", "%{http_code}", "http://127.0.0.1:80/.zeitwork/health")
	require.Contains(t, answer, "200", "it listens at port 80")
	require.Contains(t, b.run(t, "ss", "--listening", "--tcp", "--numeric", "--no-header"), ":443 ")

	process := b.run(t, "systemctl", "show", "--property=MainPID", "--value", "zeitwork-edgeproxy")
	require.NotEqual(t, "root", b.run(t, "ps", "-o", "user=", "-p", process))
	require.Equal(t, "600 root", b.run(t, "stat", "--format=%a %U", "/etc/zeitwork/edgeproxy.env"))
	require.Contains(t, b.run(t, "cat", "/etc/zeitwork/edgeproxy.env"), "ZEITWORK_EDGE_REGION=eu\nZEITWORK_EDGE_TLS_LISTEN=:443\nZEITWORK_EDGE_TOKEN="+edgeToken)

	require.Zero(t, b.try(t, "/mnt/zeitwork", "edge", "join").Code, "it keeps the settings, the key and the token")
	require.Equal(t, process, b.run(t, "systemctl", "show", "--property=MainPID", "--value", "zeitwork-edgeproxy"))

	b.run(t, "/mnt/zeitwork-next", "edge", "join")
	require.NotEqual(t, process, b.run(t, "systemctl", "show", "--property=MainPID", "--value", "zeitwork-edgeproxy"))

	b.run(t, "zeitwork", "edge", "leave")
	require.Empty(t, b.traces(t))
	b.run(t, "/mnt/zeitwork", "edge", "leave")
}
