package nodeagent_test

import (
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
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

const testToken = "node-token-of-the-test"

// fakeAPI is the part of /v1 that nodes use.
type fakeAPI struct {
	URL string

	mu      sync.Mutex
	list    client.Assignments
	version int
	changed chan struct{}
	away    bool
	// older makes it an API of the version before, which refuses states and fields that it does not know, and tells the whole list each time.
	older bool
	// environments counts how often each VM's environment was sent.
	environments map[uuid.UUID]int
	// withoutMeasures makes it an API from before there were measures.
	withoutMeasures bool
	// stumbles has it fail at the next report with measures.
	stumbles bool
	measures []client.NodeMeasures

	reports map[uuid.UUID]client.VMReport
	history map[uuid.UUID][]client.VMReportState
	lines   map[uuid.UUID][]client.ShippedLogLine
	looks   map[client.LookReportKind]client.LookReport
	machine client.MachineReport
}

// toldLooks are the last looks that the node told of, by their kind.
func (f *fakeAPI) toldLooks() map[client.LookReportKind]client.LookReport {
	f.mu.Lock()
	defer f.mu.Unlock()

	return maps.Clone(f.looks)
}

func (f *fakeAPI) toldMachine() client.MachineReport {
	f.mu.Lock()
	defer f.mu.Unlock()

	return f.machine
}

// admit makes the addresses those of all edges, from the next assign on.
func (f *fakeAPI) admit(edges ...string) {
	f.mu.Lock()
	defer f.mu.Unlock()

	f.list.Ingress = &client.Ingress{Addresses: edges}
}

func newFakeAPI(t *testing.T, clusterRange string) *fakeAPI {
	t.Helper()

	api := &fakeAPI{
		list:    client.Assignments{NodeID: id.New(), Prefix: clusterRange, ClusterRange: clusterRange, VMS: []client.AssignedVM{}},
		changed: make(chan struct{}), reports: map[uuid.UUID]client.VMReport{}, lines: map[uuid.UUID][]client.ShippedLogLine{},
		history: map[uuid.UUID][]client.VMReportState{}, looks: map[client.LookReportKind]client.LookReport{}, environments: map[uuid.UUID]int{},
	}

	mux := http.NewServeMux()
	mux.HandleFunc("GET /v1/node/assignments", api.assignments)
	mux.HandleFunc("POST /v1/node/assignments", api.changes)
	mux.HandleFunc("POST /v1/node/report", api.report)
	mux.HandleFunc("POST /v1/node/logs", api.logs)

	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		api.mu.Lock()
		away := api.away
		api.mu.Unlock()

		switch {
		case away:
			http.Error(w, "away", http.StatusBadGateway)
		case r.Header.Get("Authorization") != "Bearer "+testToken:
			http.Error(w, "who are you", http.StatusUnauthorized)
		default:
			mux.ServeHTTP(w, r)
		}
	}))
	t.Cleanup(server.Close)
	t.Cleanup(server.CloseClientConnections)

	api.URL = server.URL

	return api
}

func (f *fakeAPI) assignments(w http.ResponseWriter, r *http.Request) {
	timeout := time.After(time.Second)

	for {
		f.mu.Lock()
		etag, list, changed := strconv.Quote(strconv.Itoa(f.version)), f.list, f.changed
		f.mu.Unlock()

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

func (f *fakeAPI) report(w http.ResponseWriter, r *http.Request) {
	var report client.NodeReport
	if err := json.NewDecoder(r.Body).Decode(&report); err != nil {
		http.Error(w, err.Error(), http.StatusUnprocessableEntity)

		return
	}

	f.mu.Lock()
	defer f.mu.Unlock()

	unknown := func(vm client.VMReport) bool { return vm.State == client.VMReportStateExited }
	if f.older && slices.ContainsFunc(report.VMS, unknown) {
		http.Error(w, "what is exited", http.StatusUnprocessableEntity)

		return
	}

	if f.older && (report.Machine != nil || report.Looks != nil) {
		http.Error(w, "unexpected property", http.StatusUnprocessableEntity)

		return
	}

	if report.Measures != nil && f.withoutMeasures {
		http.Error(w, "what are measures", http.StatusUnprocessableEntity)

		return
	}

	if report.Measures != nil && f.stumbles {
		f.stumbles = false

		http.Error(w, "stumbled", http.StatusBadGateway)

		return
	}

	if report.Machine != nil {
		f.machine = *report.Machine
	}

	if report.Looks != nil {
		for _, look := range *report.Looks {
			f.looks[look.Kind] = look
		}
	}

	if report.Measures != nil {
		f.measures = append(f.measures, *report.Measures)
	}

	for _, vm := range report.VMS {
		if f.reports[vm.ID].State != vm.State {
			f.history[vm.ID] = append(f.history[vm.ID], vm.State)
		}

		f.reports[vm.ID] = vm
	}

	w.WriteHeader(http.StatusNoContent)
}

func (f *fakeAPI) knowNoMeasures() {
	f.mu.Lock()
	defer f.mu.Unlock()

	f.withoutMeasures = true
}

// stumble has the API fail at the next report with measures, and at no other.
func (f *fakeAPI) stumble() {
	f.mu.Lock()
	defer f.mu.Unlock()

	f.stumbles = true
}

// measured is what all reports in all say that a VM used.
func (f *fakeAPI) measured(vm client.AssignedVM) client.VMUsage {
	f.mu.Lock()
	defer f.mu.Unlock()

	var all client.VMUsage

	for _, report := range f.measures {
		for _, used := range report.VMS {
			if used.VMID != vm.ID {
				continue
			}

			all.MeasuredMillis += used.MeasuredMillis
			all.CPUMicros += used.CPUMicros
			all.MemoryByteSeconds += used.MemoryByteSeconds
			all.MemoryMaxBytes = max(all.MemoryMaxBytes, used.MemoryMaxBytes)
			all.ReceivedBytes += used.ReceivedBytes
			all.SentBytes += used.SentBytes
			all.Restarts += used.Restarts
		}
	}

	return all
}

func (f *fakeAPI) logs(w http.ResponseWriter, r *http.Request) {
	var batch client.ShipLogsInputBody
	if err := json.NewDecoder(r.Body).Decode(&batch); err != nil {
		http.Error(w, err.Error(), http.StatusUnprocessableEntity)

		return
	}

	f.mu.Lock()
	defer f.mu.Unlock()

	f.lines[batch.VMID] = append(f.lines[batch.VMID], batch.Lines...)

	w.WriteHeader(http.StatusNoContent)
}

// assign sets the assignments of the node.
func (f *fakeAPI) assign(vms ...client.AssignedVM) {
	f.mu.Lock()
	defer f.mu.Unlock()

	f.list.VMS = append([]client.AssignedVM{}, vms...)
	f.version++
	close(f.changed)
	f.changed = make(chan struct{})
}

func (f *fakeAPI) setAway(away bool) {
	f.mu.Lock()
	defer f.mu.Unlock()

	f.away = away
}

// forget drops the reports so far.
func (f *fakeAPI) forget() {
	f.mu.Lock()
	defer f.mu.Unlock()

	clear(f.reports)
	clear(f.history)
}

// states returns the states that the VM was reported in, one after the other.
func (f *fakeAPI) states(vm uuid.UUID) []client.VMReportState {
	f.mu.Lock()
	defer f.mu.Unlock()

	return slices.Clone(f.history[vm])
}

func (f *fakeAPI) state(vm uuid.UUID) client.VMReport {
	f.mu.Lock()
	defer f.mu.Unlock()

	return f.reports[vm]
}

func (f *fakeAPI) log(vm uuid.UUID) []client.ShippedLogLine {
	f.mu.Lock()
	defer f.mu.Unlock()

	return append([]client.ShippedLogLine{}, f.lines[vm]...)
}

// waitFor returns the VM's report once it has the state.
func (f *fakeAPI) waitFor(t *testing.T, vm uuid.UUID, state client.VMReportState) client.VMReport {
	t.Helper()

	return f.waitUntil(t, vm, string(state), func(r client.VMReport) bool { return r.State == state })
}

func (f *fakeAPI) waitForMessage(t *testing.T, vm uuid.UUID, part string) client.VMReport {
	t.Helper()

	return f.waitUntil(t, vm, "a message with "+part, func(r client.VMReport) bool {
		return r.Message != nil && strings.Contains(*r.Message, part)
	})
}

func (f *fakeAPI) waitUntil(t *testing.T, vm uuid.UUID, what string, ready func(client.VMReport) bool) client.VMReport {
	t.Helper()

	var last client.VMReport

	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		if last = f.state(vm); ready(last) {
			return last
		}
	}

	encoded, err := json.Marshal(last)
	require.NoError(t, err)
	require.FailNow(t, "the VM was not reported in time", "wanted %s, last was %s", what, encoded)

	return last
}
