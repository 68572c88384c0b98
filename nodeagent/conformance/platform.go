package conformance

import (
	"encoding/json"
	"maps"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/internal/id"
)

// platform is a stand-in for what nodes see of /v1: it has the agent run VMs and keeps what the agent tells of them.
type platform struct {
	server *http.Server
	url    string
	token  string

	mu sync.Mutex
	// news is closed, and replaced, whenever anything below has changed.
	news chan struct{}

	list    client.Assignments
	version int
	// applied is the version that the agent has in force.
	applied  int
	assigned map[uuid.UUID]time.Time
	told     map[uuid.UUID][]told
	lines    map[uuid.UUID][]client.ShippedLogLine
}

// told is what the agent told of a VM, and when.
type told struct {
	client.VMReport

	at time.Time
}

func newPlatform(token string, clusterRange netip.Prefix) (*platform, error) {
	p := &platform{
		token: token, news: make(chan struct{}), version: 1,
		list: client.Assignments{NodeID: id.New(), Prefix: clusterRange.String(), ClusterRange: clusterRange.String(), VMS: []client.AssignedVM{},
			Ingress: &client.Ingress{Addresses: []string{edge().String()}}},
		assigned: map[uuid.UUID]time.Time{}, told: map[uuid.UUID][]told{}, lines: map[uuid.UUID][]client.ShippedLogLine{},
	}

	mux := http.NewServeMux()
	mux.HandleFunc("POST /v1/node/assignments", p.assignments)
	mux.HandleFunc("POST /v1/node/report", p.report)
	mux.HandleFunc("POST /v1/node/logs", p.logs)

	server, address, err := serveLoopback(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer "+token {
			w.WriteHeader(http.StatusUnauthorized)

			return
		}

		mux.ServeHTTP(w, r)
	}))

	p.server, p.url = server, "http://"+address

	return p, err
}

// serveLoopback serves on a free port of loopback, and returns its address.
func serveLoopback(handler http.Handler) (*http.Server, string, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, "", err
	}

	server := &http.Server{Handler: handler, ReadHeaderTimeout: time.Minute}

	go func() { _ = server.Serve(listener) }() // Close ends it.

	return server, listener.Addr().String(), nil
}

// assignments is the long poll of the agent: it is answered when the list is another than the one that the agent has, with all of it.
func (p *platform) assignments(w http.ResponseWriter, r *http.Request) {
	var asked client.KnownAssignments
	if err := json.NewDecoder(r.Body).Decode(&asked); err != nil {
		http.Error(w, err.Error(), http.StatusUnprocessableEntity)

		return
	}

	seconds, _ := strconv.Atoi(r.URL.Query().Get("wait_seconds"))
	timeout := time.After(time.Duration(seconds) * time.Second)
	known, _ := strconv.Atoi(lo.FromPtr(asked.NetworkVersion))

	p.change(func() { p.applied = known })

	for {
		p.mu.Lock()
		version, list, news := p.version, p.list, p.news
		p.mu.Unlock()

		answer := client.AssignmentChanges{
			NodeID: list.NodeID, Prefix: list.Prefix, ClusterRange: list.ClusterRange, Ingress: list.Ingress,
			NetworkVersion: strconv.Itoa(version), VMS: []client.AssignedVM{}, Removed: []uuid.UUID{},
		}

		if version != known {
			assigned := lo.Map(list.VMS, func(vm client.AssignedVM, _ int) uuid.UUID { return vm.ID })
			answer.VMS = list.VMS
			answer.Removed = lo.Without(lo.Map(asked.VMS, func(vm client.KnownVM, _ int) uuid.UUID { return vm.ID }), assigned...)
			send(w, answer)

			return
		}

		select {
		case <-news:
		case <-timeout:
			send(w, answer)

			return
		case <-r.Context().Done():
			return
		}
	}
}

func send(w http.ResponseWriter, answer client.AssignmentChanges) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(answer) //nolint:errchkjson // The agent that was killed does not read it.
}

func (p *platform) report(w http.ResponseWriter, r *http.Request) {
	var report client.NodeReport
	if err := json.NewDecoder(r.Body).Decode(&report); err != nil {
		http.Error(w, err.Error(), http.StatusUnprocessableEntity)

		return
	}

	p.change(func() {
		for _, vm := range report.VMS {
			p.told[vm.ID] = append(p.told[vm.ID], told{vm, time.Now()})
		}
	})
	w.WriteHeader(http.StatusNoContent)
}

func (p *platform) logs(w http.ResponseWriter, r *http.Request) {
	var batch client.ShipLogsInputBody
	if err := json.NewDecoder(r.Body).Decode(&batch); err != nil {
		http.Error(w, err.Error(), http.StatusUnprocessableEntity)

		return
	}

	p.change(func() { p.lines[batch.VMID] = append(p.lines[batch.VMID], batch.Lines...) })
	w.WriteHeader(http.StatusNoContent)
}

// change changes what others wait for.
func (p *platform) change(edit func()) {
	p.mu.Lock()
	defer p.mu.Unlock()

	edit()
	close(p.news)
	p.news = make(chan struct{})
}

// assign has the agent run the VMs, or what has changed of them.
func (p *platform) assign(vms ...client.AssignedVM) {
	p.edit(func(list map[uuid.UUID]client.AssignedVM) {
		for _, vm := range vms {
			list[vm.ID] = vm

			if _, known := p.assigned[vm.ID]; !known {
				p.assigned[vm.ID] = time.Now()
			}
		}
	})
}

// withdraw takes the VMs from the agent.
func (p *platform) withdraw(vms ...uuid.UUID) {
	p.edit(func(list map[uuid.UUID]client.AssignedVM) {
		for _, vm := range vms {
			delete(list, vm)
		}
	})
}

func (p *platform) edit(edit func(list map[uuid.UUID]client.AssignedVM)) {
	p.change(func() {
		list := map[uuid.UUID]client.AssignedVM{}
		for _, vm := range p.list.VMS {
			list[vm.ID] = vm
		}

		edit(list)

		p.list.VMS = slices.AppendSeq([]client.AssignedVM{}, maps.Values(list))
		p.version++
	})
}
