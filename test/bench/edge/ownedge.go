package edge

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/internal/id"
	"github.com/zeitwork/zeitwork/test/rig"
)

const edgeName = "edge"

// startEdge starts the edge with its own engine.
func (s *stage) startEdge(ctx context.Context) (*proxy, error) { return s.edge(ctx, "edge", true) }

// startSlowEdge starts the edge as it is without.
func (s *stage) startSlowEdge(ctx context.Context) (*proxy, error) {
	return s.edge(ctx, "slowedge", false)
}

func (s *stage) edge(ctx context.Context, name string, own bool) (*proxy, error) {
	address, encrypted, err := freeAddresses(ctx)
	if err != nil {
		return nil, err
	}

	program := filepath.Join(string(s.home), "zeitwork")
	if _, err := os.Stat(program); err != nil {
		if err := rig.BuildZeitwork(ctx, program, ""); err != nil {
			return nil, err
		}
	}

	api := httptest.NewServer(s.platform())
	s.closers = append(s.closers, func(context.Context) error {
		api.CloseClientConnections()
		api.Close()

		return nil
	})

	started, err := s.run(ctx, name, address, append(os.Environ(),
		"ZEITWORK_API_URL="+api.URL,
		"ZEITWORK_EDGE_TOKEN=zwe_bench",
		"ZEITWORK_EDGE_LISTEN="+address,
		"ZEITWORK_EDGE_TLS_LISTEN="+encrypted,
		"ZEITWORK_EDGE_DATA_DIR="+filepath.Join(string(s.home), name+".data"),
		"ZEITWORK_EDGE_REQUIRE_ROUTE=false",
		"ZEITWORK_EDGE_DRAIN_DELAY=0s",
		"ZEITWORK_EDGE_OWN_ENGINE="+strconv.FormatBool(own),
	), program, "edgeproxy")
	if err != nil {
		return nil, err
	}

	if err := (rig.Transport{Host: hostname}).AwaitOK(ctx, "http://"+address+"/", "Hello"); err != nil {
		return nil, fmt.Errorf("the edge does not lead to the app: %w", err)
	}

	return &proxy{http: address, https: encrypted, process: started}, nil
}

// platform answers /v1/edge as the api does, with one app.
func (s *stage) platform() http.Handler {
	deployment := id.New()
	route := func(host, address string) client.Route {
		return client.Route{
			Hostname: host, State: client.RouteStateLive, DeploymentID: &deployment,
			Upstreams: []client.Upstream{{VMID: id.New(), Address: address, Region: "local"}},
		}
	}
	table := client.RouteTable{Version: 1, Routes: []client.Route{route(hostname, s.app), route(readerName, s.reader)}}

	mux := http.NewServeMux()
	mux.HandleFunc("GET /v1/edge/routes", func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("If-None-Match") != "" {
			<-r.Context().Done() // There is never news.

			return
		}

		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("ETag", `"1"`)
		_ = json.NewEncoder(w).Encode(table) // The edge asks again.
	})
	mux.HandleFunc("GET /v1/edge/certificates", func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("If-None-Match") != "" {
			<-r.Context().Done() // There is never news.

			return
		}

		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(client.EdgeCertificates{ // The edge asks again.
			Version: 1, Challenges: []client.EdgeChallenge{}, TicketKeys: []string{},
			Certificates: []client.EdgeCertificate{{ID: id.New(), Hostname: hostname, Version: 1, Chain: &s.certificate.chain, Key: &s.certificate.key}},
		})
	})
	mux.HandleFunc("POST /v1/edge/key", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	mux.HandleFunc("POST /v1/edge/requests", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	mux.HandleFunc("POST /v1/edge/report", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })

	return mux
}
