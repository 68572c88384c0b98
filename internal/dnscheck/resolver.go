package dnscheck

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"time"

	"github.com/miekg/dns"
)

const (
	// answerTimeout bounds how long one server may take for one question.
	answerTimeout = 3 * time.Second
	// payload is how long an answer over UDP may be; longer ones are asked for again over TCP. It passes all networks in one piece.
	payload = 1232
)

// ErrUnanswered is the error for a question that no server answered. It says nothing about what the answer would be.
var ErrUnanswered = errors.New("the DNS did not answer")

// Resolver asks recursive name servers. It is safe for concurrent use.
type Resolver struct {
	server string
	// zonePort is that of zones' own name servers; empty: the usual one.
	zonePort string
}

// NewResolver returns a resolver that asks the server at an address, with or without a port; empty: those that the machine is set up with.
func NewResolver(server string) (Resolver, error) {
	if server == "" {
		return Resolver{}, nil
	}

	if address, err := netip.ParseAddr(server); err == nil {
		return Resolver{server: net.JoinHostPort(address.String(), namePort)}, nil
	}

	if _, err := netip.ParseAddrPort(server); err != nil {
		return Resolver{}, fmt.Errorf("%q is not the address of a name server, such as 192.0.2.53 or [2001:db8::53]:5353", server)
	}

	return Resolver{server: server}, nil
}

// Host is where a hostname leads.
type Host struct {
	// Names are those that its CNAME records lead to, one after the other.
	Names     []string
	Addresses []string
}

// Texts returns the texts of the TXT records of a name. A name without any has none, and that is no error.
func (r Resolver) Texts(ctx context.Context, name string) ([]string, error) {
	records, err := r.ask(ctx, name, dns.TypeTXT)
	if err != nil {
		return nil, err
	}

	return texts(records), nil
}

// texts are those of the TXT records among records.
func texts(records []dns.RR) []string {
	var found []string

	for _, record := range records {
		if txt, ok := record.(*dns.TXT); ok {
			found = append(found, strings.Join(txt.Txt, ""))
		}
	}

	return found
}

// Host returns where a hostname leads. One that leads nowhere is no error. "*.example.com" is asked for as it stands, which is the wildcard's own
// record.
func (r Resolver) Host(ctx context.Context, name string) (Host, error) {
	var host Host

	for _, kind := range []uint16{dns.TypeA, dns.TypeAAAA} {
		records, err := r.ask(ctx, name, kind)
		if err != nil {
			return Host{}, err
		}

		names, addresses := follow(name, records)
		host.Addresses = append(host.Addresses, addresses...)

		if len(host.Names) == 0 {
			host.Names = names
		}
	}

	return host, nil
}

// follow goes along the CNAME records of an answer, from the name that was asked for to its addresses. Records of other names do not count.
func follow(name string, records []dns.RR) (names, addresses []string) {
	next := dns.CanonicalName(name)

	for range records {
		at := next

		for _, record := range records {
			if dns.CanonicalName(record.Header().Name) != at {
				continue
			}

			switch typed := record.(type) {
			case *dns.CNAME:
				next = dns.CanonicalName(typed.Target)
				names = append(names, strings.TrimSuffix(next, "."))
			case *dns.A:
				addresses = append(addresses, typed.A.String())
			case *dns.AAAA:
				addresses = append(addresses, typed.AAAA.String())
			}
		}

		if next == at {
			break
		}
	}

	return names, addresses
}

// ask returns the records of an answer: none for a name that has none of that type, or that is not there.
func (r Resolver) ask(ctx context.Context, name string, kind uint16) ([]dns.RR, error) {
	servers, err := r.servers()
	if err != nil {
		return nil, err
	}

	question := new(dns.Msg).SetQuestion(dns.Fqdn(name), kind)
	question.SetEdns0(payload, false)

	problems := []error{ErrUnanswered}

	for _, server := range servers {
		answer, err := exchange(ctx, question, server)

		switch {
		case err != nil:
			problems = append(problems, err)
		case answer.Rcode == dns.RcodeSuccess || answer.Rcode == dns.RcodeNameError:
			return answer.Answer, nil
		default:
			problems = append(problems, fmt.Errorf("%s answered %s", server, dns.RcodeToString[answer.Rcode]))
		}
	}

	return nil, errors.Join(problems...)
}

// exchange asks one server, over TCP where the answer is too long for UDP.
func exchange(ctx context.Context, question *dns.Msg, server string) (*dns.Msg, error) {
	client := &dns.Client{Timeout: answerTimeout, UDPSize: payload}

	answer, _, err := client.ExchangeContext(ctx, question, server)
	if err == nil && answer.Truncated {
		client.Net = "tcp"
		answer, _, err = client.ExchangeContext(ctx, question, server)
	}

	return answer, err
}

// servers are the addresses to ask, in their order. Those of the machine are read each time, as networks change them.
func (r Resolver) servers() ([]string, error) {
	if r.server != "" {
		return []string{r.server}, nil
	}

	machine, err := dns.ClientConfigFromFile("/etc/resolv.conf")
	if err != nil {
		return nil, fmt.Errorf("%w: read the machine's name servers: %w", ErrUnanswered, err)
	}

	addresses := make([]string, 0, len(machine.Servers))
	for _, server := range machine.Servers {
		addresses = append(addresses, net.JoinHostPort(server, machine.Port))
	}

	return addresses, nil
}
