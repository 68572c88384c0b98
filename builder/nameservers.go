package builder

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"strings"
	"time"

	"golang.org/x/net/dns/dnsmessage"
)

// hostNameservers returns the machine's IPv4 nameservers without those on its loopback interface, which builds cannot reach. Where none
// is left it returns public ones.
func hostNameservers() ([]netip.Addr, error) {
	// systemd-resolved puts its own loopback address into the first file, and the servers that it asks into the second.
	for _, path := range []string{"/etc/resolv.conf", "/run/systemd/resolve/resolv.conf"} {
		content, err := os.ReadFile(path)
		if errors.Is(err, os.ErrNotExist) {
			continue
		}

		if err != nil {
			return nil, fmt.Errorf("find the machine's nameservers: %w", err)
		}

		if found := nameserversIn(string(content)); len(found) > 0 {
			return found, nil
		}
	}

	return []netip.Addr{netip.AddrFrom4([4]byte{1, 1, 1, 1}), netip.AddrFrom4([4]byte{8, 8, 8, 8})}, nil
}

func nameserversIn(resolvConf string) []netip.Addr {
	var found []netip.Addr

	for line := range strings.Lines(resolvConf) {
		fields := strings.Fields(line)
		if len(fields) < 2 || fields[0] != "nameserver" {
			continue
		}

		if address, err := netip.ParseAddr(fields[1]); err == nil && address.Is4() && !address.IsLoopback() {
			found = append(found, address)
		}
	}

	return found
}

// nameserver is the one that buildkitd asks where /etc/resolv.conf names one on the machine's loopback interface: the first that answered, or the first.
func (n *buildNetwork) nameserver() netip.Addr {
	if n.asked.IsValid() {
		return n.asked
	}

	return n.nameservers[0]
}

// firstThatAnswers returns the first of the nameservers that answers a question at all; the zero address where none does.
func firstThatAnswers(ctx context.Context, nameservers []netip.Addr) netip.Addr {
	for _, nameserver := range nameservers {
		if answersQuestions(ctx, nameserver) {
			return nameserver
		}
	}

	return netip.Addr{}
}

// answersQuestions asks a nameserver for those of the root, which every one knows, and takes any answer.
func answersQuestions(ctx context.Context, nameserver netip.Addr) bool {
	const (
		attempts = 2
		patience = time.Second
		longest  = 4096
	)

	question, err := (&dnsmessage.Message{
		Header:    dnsmessage.Header{RecursionDesired: true},
		Questions: []dnsmessage.Question{{Name: dnsmessage.MustNewName("."), Type: dnsmessage.TypeNS, Class: dnsmessage.ClassINET}},
	}).Pack()
	if err != nil {
		return false
	}

	connection, err := (&net.Dialer{}).DialContext(ctx, "udp", netip.AddrPortFrom(nameserver, domainPort).String())
	if err != nil {
		return false
	}
	defer connection.Close() //nolint:errcheck // It was only asked.

	for range attempts {
		if _, err := connection.Write(question); err != nil {
			return false
		}

		_ = connection.SetReadDeadline(time.Now().Add(patience))

		if _, err := connection.Read(make([]byte, longest)); err == nil {
			return true
		}
	}

	return false
}
