package dnscheck

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"

	"github.com/miekg/dns"
)

// namePort is where name servers answer.
const namePort = "53"

// ErrNotShown is the error for a text that a name server does not show.
var ErrNotShown = errors.New("the record is not shown yet")

// Zone is a part of the DNS that has name servers of its own.
type Zone struct {
	// Name is the name at its top.
	Name string

	servers []nameServer
}

// nameServer is one that is authoritative, with the addresses at which it is to be asked.
type nameServer struct {
	name      string
	addresses []string
}

// WithZonePort returns the resolver with another port for the name servers of zones, such as those of tests.
func (r Resolver) WithZonePort(port string) Resolver {
	r.zonePort = port

	return r
}

// ZoneOf returns the zone that a name belongs to.
func (r Resolver) ZoneOf(ctx context.Context, name string) (Zone, error) {
	for top := dns.CanonicalName(name); strings.Count(top, ".") > 1; _, top, _ = strings.Cut(top, ".") {
		records, err := r.ask(ctx, top, dns.TypeSOA)
		if err != nil {
			return Zone{}, err
		}

		if slices.ContainsFunc(records, func(record dns.RR) bool {
			return record.Header().Rrtype == dns.TypeSOA && dns.CanonicalName(record.Header().Name) == top
		}) {
			servers, err := r.nameServers(ctx, top)

			return Zone{Name: strings.TrimSuffix(top, "."), servers: servers}, err
		}
	}

	return Zone{}, fmt.Errorf("%w where the zone of %s begins", ErrUnanswered, name)
}

func (r Resolver) nameServers(ctx context.Context, top string) ([]nameServer, error) {
	records, err := r.ask(ctx, top, dns.TypeNS)
	if err != nil {
		return nil, err
	}

	var servers []nameServer

	for _, record := range records {
		ns, ok := record.(*dns.NS)
		if !ok {
			continue
		}

		host, err := r.Host(ctx, ns.Ns)
		if err != nil {
			return nil, err
		}

		server := nameServer{name: strings.TrimSuffix(ns.Ns, ".")}
		for _, address := range host.Addresses {
			server.addresses = append(server.addresses, net.JoinHostPort(address, r.portOfZones()))
		}

		servers = append(servers, server)
	}

	if len(servers) == 0 {
		return nil, fmt.Errorf("%w which name servers %s has", ErrUnanswered, top)
	}

	return servers, nil
}

func (r Resolver) portOfZones() string {
	if r.zonePort == "" {
		return namePort
	}

	return r.zonePort
}

// Shows returns nil where every name server of the zone shows a text in a TXT record of the name. The servers are asked themselves, past what others remember.
func (z Zone) Shows(ctx context.Context, name, text string) error {
	for _, server := range z.servers {
		if err := server.shows(ctx, name, text); err != nil {
			return err
		}
	}

	return nil
}

// shows asks the server at one address after the other, until one answers.
func (s nameServer) shows(ctx context.Context, name, text string) error {
	question := new(dns.Msg).SetQuestion(dns.Fqdn(name), dns.TypeTXT)
	question.RecursionDesired = false
	question.SetEdns0(payload, false)

	problems := []error{fmt.Errorf("%s: %w", s.name, ErrUnanswered)}

	for _, address := range s.addresses {
		answer, err := exchange(ctx, question, address)

		switch {
		case err != nil:
			problems = append(problems, err)
		case answer.Rcode != dns.RcodeSuccess && answer.Rcode != dns.RcodeNameError:
			problems = append(problems, fmt.Errorf("%s answered %s", address, dns.RcodeToString[answer.Rcode]))
		case slices.Contains(texts(answer.Answer), text):
			return nil
		default:
			return fmt.Errorf("%s: %w", s.name, ErrNotShown)
		}
	}

	return errors.Join(problems...)
}
