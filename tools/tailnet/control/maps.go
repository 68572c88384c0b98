package main

import (
	"bytes"
	"context"
	"encoding/json"
	"log"
	"net"
	"net/http"
	"net/netip"
	"sync"
	"time"

	"tailscale.com/tailcfg"
	"tailscale.com/tstest/integration/testcontrol"
	"tailscale.com/types/key"
)

// machine is what the decider is asked about.
type machine struct {
	ID         string         `json:"id"`
	Tags       []string       `json:"tags"`
	Addresses  []netip.Prefix `json:"addresses"`
	Advertised []netip.Prefix `json:"advertised"`
}

// decision is what a machine may do.
type decision struct {
	// Routes are those that it advertises and that are approved.
	Routes  []netip.Prefix       `json:"routes"`
	Filter  []tailcfg.FilterRule `json:"filter"`
	Expired bool                 `json:"expired"`
}

// maps tell machines of each other, and of what the decider has decided.
type maps struct {
	server  *testcontrol.Server
	decider *http.Client

	deciding  sync.Mutex
	mu        sync.Mutex
	decisions map[string]decision
	// changed is closed when machines are to be told something new.
	changed chan struct{}
}

func newMaps(server *testcontrol.Server, socket string) *maps {
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "unix", socket)
	}

	return &maps{
		server: server, changed: make(chan struct{}), decisions: map[string]decision{},
		decider: &http.Client{Transport: &http.Transport{DialContext: dial}, Timeout: 10 * time.Second},
	}
}

// stream answers a machine that tells of itself, or one that waits for what changes.
func (m *maps) stream(ctx context.Context, w testcontrol.MapStreamWriter, request *tailcfg.MapRequest) {
	if !request.Stream {
		if !request.ReadOnly {
			m.learn(request)
		}

		m.send(w, request)

		return
	}

	const keepAlive = 30 * time.Second

	for {
		m.mu.Lock()
		changed := m.changed
		m.mu.Unlock()

		if !m.send(w, request) {
			return
		}

		select {
		case <-changed:
		case <-time.After(keepAlive):
		case <-ctx.Done():
			return
		}
	}
}

// learn takes over what a machine tells of itself.
func (m *maps) learn(request *tailcfg.MapRequest) {
	node := m.server.Node(request.NodeKey)
	if node == nil {
		return
	}

	node.Endpoints, node.DiscoKey, node.Cap = request.Endpoints, request.DiscoKey, request.Version

	if request.Hostinfo != nil {
		node.Hostinfo = request.Hostinfo.View()

		if info := node.Hostinfo.NetInfo(); info.Valid() && info.PreferredDERP() != 0 {
			node.HomeDERP = info.PreferredDERP()
		}
	}

	m.server.UpdateNode(node)
	m.decide()
}

// decide asks the decider and tells every machine.
func (m *maps) decide() {
	m.deciding.Lock()
	defer m.deciding.Unlock()

	asked, keys := []machine{}, map[string]key.NodePublic{}

	for _, node := range m.server.AllNodes() {
		one := machine{ID: string(node.StableID), Tags: node.Tags, Addresses: node.Addresses, Advertised: node.Hostinfo.RoutableIPs().AsSlice()}
		asked, keys[one.ID] = append(asked, one), node.Key
	}

	decisions, err := m.ask(asked)
	if err != nil {
		log.Printf("the decider: %v", err)

		return
	}

	for id, one := range decisions {
		m.server.SetSubnetRoutes(keys[id], one.Routes)
	}

	m.mu.Lock()
	defer m.mu.Unlock()

	m.decisions = decisions
	close(m.changed)
	m.changed = make(chan struct{})
}

func (m *maps) ask(machines []machine) (map[string]decision, error) {
	body, err := json.Marshal(machines)
	if err != nil {
		return nil, err
	}

	response, err := m.decider.Post("http://decider/", "application/json", bytes.NewReader(body))
	if err != nil {
		return nil, err
	}

	defer func() { _ = response.Body.Close() }()

	decisions := map[string]decision{}

	return decisions, json.NewDecoder(response.Body).Decode(&decisions)
}

func (m *maps) send(w testcontrol.MapStreamWriter, request *tailcfg.MapRequest) bool {
	response, err := m.server.MapResponse(request)
	if err != nil || response == nil {
		return false
	}

	m.mu.Lock()
	decided := m.decisions[string(response.Node.StableID)]
	m.mu.Unlock()

	// An empty list lets nothing in, and null would leave what was there.
	filter := decided.Filter
	if filter == nil {
		filter = []tailcfg.FilterRule{}
	}

	// The test server's own clock stands still, and keys expire by it.
	response.ControlTime = new(time.Now())
	response.PacketFilter, response.PacketFilters = nil, map[string][]tailcfg.FilterRule{"base": filter}

	if decided.Expired {
		response.Node.KeyExpiry = time.Now().Add(-time.Minute)
	}

	return w.SendMapMessage(response) == nil
}
