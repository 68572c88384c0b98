package main

import (
	"context"
	"crypto/tls"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"

	"tailscale.com/derp/derpserver"
	"tailscale.com/net/stunserver"
	"tailscale.com/tailcfg"
	"tailscale.com/types/key"
)

// serveRelay relays what machines cannot send each other directly, and tells them by which addresses they are seen.
func serveRelay(ctx context.Context, address string) (*tailcfg.DERPMap, error) {
	listener, err := net.Listen("tcp", net.JoinHostPort(address, strconv.Itoa(relayPort)))
	if err != nil {
		return nil, err
	}

	server := httptest.NewUnstartedServer(derpserver.Handler(derpserver.New(key.NewNode(), func(string, ...any) {})))
	_ = server.Listener.Close()
	server.Listener = listener
	// HTTP/2 cannot be upgraded to the relay's protocol.
	server.Config.TLSNextProto = map[string]func(*http.Server, *tls.Conn, http.Handler){}
	server.StartTLS()

	stun := stunserver.New(ctx)
	if err := stun.Listen(net.JoinHostPort(address, strconv.Itoa(stunPort))); err != nil {
		return nil, err
	}

	go func() { log.Printf("STUN ended: %v", stun.Serve()) }()

	return &tailcfg.DERPMap{Regions: map[int]*tailcfg.DERPRegion{1: {RegionID: 1, RegionCode: "test", Nodes: []*tailcfg.DERPNode{{
		Name: "1", RegionID: 1, HostName: address, IPv4: address, IPv6: "none", DERPPort: relayPort, STUNPort: stunPort, STUNTestIP: address,
		InsecureForTests: true,
	}}}}}, nil
}
