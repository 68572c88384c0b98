package builder

import (
	"errors"
	"fmt"
	"net/netip"
	"os"
	"strings"
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
