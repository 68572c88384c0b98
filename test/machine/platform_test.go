package machine_test

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/internal/id"
)

const token = "node-token-of-the-machine"

// platform stands in for what a node sees of /v1.
type platform struct {
	mu      sync.Mutex
	list    client.Assignments
	version int
	changed chan struct{}
	reports map[uuid.UUID]client.VMReport
	// node is what the last report says of the node. It has no VMs.
	node client.NodeReport
}

func newPlatform() *platform {
	return &platform{
		list:    client.Assignments{NodeID: id.New(), Prefix: clusterRange, ClusterRange: clusterRange, VMS: []client.AssignedVM{}},
		changed: make(chan struct{}), reports: map[uuid.UUID]client.VMReport{},
	}
}

func (p *platform) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Authorization") != "Bearer "+token {
		http.Error(w, "who are you", http.StatusUnauthorized)

		return
	}

	switch r.URL.Path {
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

// forget drops the reports so far.
func (p *platform) forget() {
	p.mu.Lock()
	defer p.mu.Unlock()

	clear(p.reports)
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
