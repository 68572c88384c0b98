package machine_test

import (
	"bytes"
	"crypto/ed25519"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/samber/lo"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/api/install"
	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/internal/httpsignature"
	"github.com/zeitwork/zeitwork/internal/id"
)

const (
	// token is the node's before it is bound to the machine, boundToken the one after that.
	token, boundToken = "node-token-of-the-machine", "node-token-bound-to-the-machine"
	oneTimeToken      = "zwj_one-time-token"
)

// platform stands in for what a node sees of /v1, and of what the API serves to machines that join.
type platform struct {
	install http.Handler
	edge    edgePlatform

	mu sync.Mutex
	// key is what requests with boundToken have to be signed by: that of the machine which has joined.
	key     ed25519.PublicKey
	list    client.Assignments
	version int
	changed chan struct{}
	reports map[uuid.UUID]client.VMReport
	// forgot has the next report refused.
	forgot bool
	// node is what the last report says of the node. It has no VMs.
	node client.NodeReport
}

// newPlatform returns one that serves the program to machines.
func newPlatform(program string) *platform {
	return &platform{
		install: install.New(install.Options{
			APIURL: func() string { return "http://" + apiHost }, Program: program, Failed: func(*http.Request, error) {},
		}),
		list:    client.Assignments{NodeID: id.New(), Prefix: clusterRange, ClusterRange: clusterRange, VMS: []client.AssignedVM{}},
		changed: make(chan struct{}), reports: map[uuid.UUID]client.VMReport{},
	}
}

func (p *platform) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}

	r.Body = io.NopCloser(bytes.NewReader(body))

	if strings.HasPrefix(r.URL.Path, install.Path) {
		p.install.ServeHTTP(w, r)

		return
	}

	if isOfEdges(r) {
		p.edge.serve(w, r, body)

		return
	}

	if r.URL.Path != "/v1/node/join" && !p.knows(r, body) {
		http.Error(w, "who are you", http.StatusUnauthorized)

		return
	}

	switch r.URL.Path {
	case "/v1/node/join", "/v1/node/token":
		p.bind(w, r)
	case "/v1/node/assignments":
		// It tells whole lists alone, as an API of the version before.
		if r.Method != http.MethodGet {
			w.WriteHeader(http.StatusMethodNotAllowed)

			return
		}

		p.assignments(w, r)
	case "/v1/node/report":
		p.report(w, r)
	default:
		w.WriteHeader(http.StatusNoContent)
	}
}

// knows tells whether a request is the node's.
func (p *platform) knows(r *http.Request, body []byte) bool {
	p.mu.Lock()
	defer p.mu.Unlock()

	if p.key == nil {
		return r.Header.Get("Authorization") == "Bearer "+token
	}

	err := httpsignature.Verify(r, p.key, time.Now(), func() ([]byte, error) { return body, nil })

	return err == nil && r.Header.Get("Authorization") == "Bearer "+boundToken
}

// bind answers a machine that joins, with a one-time token or with the node's token.
func (p *platform) bind(w http.ResponseWriter, r *http.Request) {
	var asked client.JoinNodeInputBody
	if err := json.NewDecoder(r.Body).Decode(&asked); err != nil {
		http.Error(w, err.Error(), http.StatusUnprocessableEntity)

		return
	}

	if strings.HasSuffix(r.URL.Path, "/join") && asked.Token != oneTimeToken {
		http.Error(w, `{"detail":"This one-time token is not valid."}`, http.StatusUnauthorized)

		return
	}

	p.mu.Lock()
	defer p.mu.Unlock()

	answer := client.JoinedNode{NodeID: p.list.NodeID, Name: "node-1", RegistryHost: registryHost}

	if !lo.FromPtr(asked.CheckOnly) {
		key, err := httpsignature.ParsePublicKey(asked.PublicKey)
		if err != nil {
			http.Error(w, err.Error(), http.StatusUnprocessableEntity)

			return
		}

		p.key, answer.Token = key, new(boundToken)
	}

	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(answer) //nolint:errchkjson // The node that went away does not read it.
}

// unbind has the platform know the node by its token alone.
func (p *platform) unbind() {
	p.mu.Lock()
	defer p.mu.Unlock()

	p.key = nil
}

func (p *platform) assignments(w http.ResponseWriter, r *http.Request) {
	timeout := time.After(5 * time.Second)

	for {
		p.mu.Lock()
		etag, list, changed := strconv.Quote(strconv.Itoa(p.version)), p.list, p.changed
		p.mu.Unlock()

		if r.Header.Get("If-None-Match") != etag {
			w.Header().Set("ETag", etag)
			w.Header().Set("Content-Type", "application/json")
			_ = json.NewEncoder(w).Encode(list) //nolint:errchkjson // The node that went away does not read it.

			return
		}

		select {
		case <-changed:
		case <-timeout:
			w.WriteHeader(http.StatusNotModified)

			return
		case <-r.Context().Done():
			return
		}
	}
}

func (p *platform) report(w http.ResponseWriter, r *http.Request) {
	var report client.NodeReport
	if err := json.NewDecoder(r.Body).Decode(&report); err != nil {
		http.Error(w, err.Error(), http.StatusUnprocessableEntity)

		return
	}

	p.mu.Lock()
	defer p.mu.Unlock()

	if p.forgot {
		p.forgot = false

		http.Error(w, "what were those VMs again", http.StatusServiceUnavailable)

		return
	}

	for _, vm := range report.VMS {
		p.reports[vm.ID] = vm
	}

	report.VMS = nil
	p.node = report

	w.WriteHeader(http.StatusNoContent)
}

// assign sets the assignments of the node, and forgets what was reported.
func (p *platform) assign(vms ...client.AssignedVM) {
	p.mu.Lock()
	defer p.mu.Unlock()

	p.list.VMS = append([]client.AssignedVM{}, vms...)
	p.version++
	close(p.changed)
	p.changed = make(chan struct{})
}

// forget drops the reports so far. The next one is refused, after which an agent tells of all its VMs: else it does so once a minute.
func (p *platform) forget() {
	p.mu.Lock()
	defer p.mu.Unlock()

	clear(p.reports)
	p.forgot = true
}

func (p *platform) toldVersion() string {
	p.mu.Lock()
	defer p.mu.Unlock()

	return p.node.Version
}

// awaitHealthy waits until the VMs are reported healthy.
func (p *platform) awaitHealthy(t *testing.T, vms ...client.AssignedVM) {
	t.Helper()

	for _, vm := range vms {
		p.await(t, vm, "healthy", func(r client.VMReport) bool { return r.State == client.VMReportStateHealthy })
	}
}

// awaitMessage waits until the VM's report has a message with that in it.
func (p *platform) awaitMessage(t *testing.T, vm client.AssignedVM, part string) {
	t.Helper()

	p.await(t, vm, "a message with "+part, func(r client.VMReport) bool { return r.Message != nil && strings.Contains(*r.Message, part) })
}

func (p *platform) await(t *testing.T, vm client.AssignedVM, what string, ready func(client.VMReport) bool) {
	t.Helper()

	var last client.VMReport

	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		p.mu.Lock()
		last = p.reports[vm.ID]
		p.mu.Unlock()

		if ready(last) {
			return
		}
	}

	encoded, err := json.Marshal(last)
	require.NoError(t, err)
	require.FailNow(t, "the VM was not reported in time", "wanted %s, last was %s", what, encoded)
}
