// Command control is a tailnet's control plane for tests, with its relay, in one process that reaches nothing else. It knows no policy: whoever started it
// decides what each machine may do.
package main

import (
	"context"
	"flag"
	"log"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"tailscale.com/tailcfg"
	"tailscale.com/tstest/integration/testcontrol"
)

const (
	controlPort = "8080"
	relayPort   = 8443
	stunPort    = 3478
)

func main() {
	address := flag.String("address", "", "the address at which machines reach it")
	decider := flag.String("decider", "", "the socket of the HTTP server that decides what machines may do; SIGHUP has it asked again")
	authKey := flag.String("auth-key", "", "the file with the key that machines sign in with")

	flag.Parse()

	if err := run(*address, *decider, *authKey); err != nil {
		log.Fatal(err)
	}
}

func run(address, deciderSocket, authKeyFile string) error {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()

	authKey, err := os.ReadFile(authKeyFile)
	if err != nil {
		return err
	}

	relays, err := serveRelay(ctx, address)
	if err != nil {
		return err
	}

	server := &testcontrol.Server{
		Logf: log.Printf, DERPMap: relays, RequireAuthKey: string(authKey), AllOnline: true, AllNodesSameUser: true,
		DNSConfig: &tailcfg.DNSConfig{}, ExplicitBaseURL: "http://" + net.JoinHostPort(address, controlPort),
		// Machines get the tags that they ask for.
		TagOwners: map[string][]string{},
	}
	maps := newMaps(server, deciderSocket)
	server.AltMapStream = maps.stream

	again := make(chan os.Signal, 1)
	signal.Notify(again, syscall.SIGHUP)

	go func() {
		for range again {
			maps.decide()
		}
	}()

	listener, err := net.Listen("tcp", net.JoinHostPort(address, controlPort))
	if err != nil {
		return err
	}

	web := &http.Server{Handler: server, ReadHeaderTimeout: time.Minute}

	go func() {
		<-ctx.Done()

		_ = web.Close()
	}()

	log.Printf("ready")

	if err := web.Serve(listener); ctx.Err() == nil {
		return err
	}

	return nil
}
