package app

import (
	"context"
	"errors"
	"net"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/miekg/dns"
)

// Outcome is how a connection ended that the app tried to make.
type Outcome string

// The outcomes. A datagram that could be sent counts as connected: whether it arrived knows the other end.
const (
	Connected Outcome = "connected"
	Rejected  Outcome = "rejected"
	Silent    Outcome = "silent"
)

// Greeting is what the app says to whom it reaches.
const Greeting = "conformance"

// Dialed is one connection that the app tried to make.
type Dialed struct {
	Address string  `json:"address"`
	Outcome Outcome `json:"outcome"`
	Error   string  `json:"error,omitempty"`
}

// Resolved is what one nameserver of the VM answered.
type Resolved struct {
	Nameserver string `json:"nameserver"`
	Error      string `json:"error,omitempty"`
}

const (
	dialTime  = 3 * time.Second
	queryTime = 2 * time.Second
	// queries are sent to a nameserver until one is answered: a datagram may get lost.
	queries = 3
)

func dialAll(ctx context.Context, addresses []string) []Dialed {
	found := make([]Dialed, len(addresses))

	var group sync.WaitGroup

	for i, address := range addresses {
		group.Go(func() {
			found[i] = Dialed{Address: address, Outcome: Connected}

			if err := dial(ctx, address); err != nil {
				found[i].Outcome, found[i].Error = outcomeOf(err), err.Error()
			}
		})
	}

	group.Wait()

	return found
}

func dial(ctx context.Context, address string) error {
	protocol, address, _ := strings.Cut(address, " ")

	connection, err := (&net.Dialer{Timeout: dialTime}).DialContext(ctx, protocol, address)
	if err != nil {
		return err
	}

	defer func() { _ = connection.Close() }()

	_, err = connection.Write([]byte(Greeting))

	return err
}

func outcomeOf(err error) Outcome {
	for _, rejected := range []error{
		syscall.ECONNREFUSED, syscall.EHOSTUNREACH, syscall.ENETUNREACH, syscall.EACCES, syscall.EPERM, syscall.EADDRNOTAVAIL, syscall.EAFNOSUPPORT,
	} {
		if errors.Is(err, rejected) {
			return Rejected
		}
	}

	return Silent
}

// resolve asks each nameserver of the VM for the root of the DNS. Any answer shows that it can be asked.
func resolve(ctx context.Context) []Resolved {
	config, err := dns.ClientConfigFromFile("/etc/resolv.conf")
	if err != nil {
		return []Resolved{{Error: err.Error()}}
	}

	found := make([]Resolved, len(config.Servers))

	for i, server := range config.Servers {
		found[i] = Resolved{Nameserver: server}

		if err := Query(ctx, net.JoinHostPort(server, config.Port)); err != nil {
			found[i].Error = err.Error()
		}
	}

	return found
}

// Query returns nil where a nameserver answers anything.
func Query(ctx context.Context, server string) error {
	var err error

	for range queries {
		question := new(dns.Msg).SetQuestion(".", dns.TypeNS)
		if _, _, err = (&dns.Client{Timeout: queryTime}).ExchangeContext(ctx, question, server); err == nil {
			return nil
		}
	}

	return err
}
