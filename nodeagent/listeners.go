package nodeagent

import (
	"bufio"
	"encoding/hex"
	"fmt"
	"net"
	"net/netip"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/samber/lo"
)

const (
	// tcpListen is the state of a listening socket in /proc/net/tcp.
	tcpListen = "0A"

	addressField = 1
	stateField   = 3
	wordBytes    = 4
)

// listeners returns the addresses on which processes in the network namespace of pid listen for TCP.
func listeners(pid int) []netip.AddrPort {
	var found []netip.AddrPort

	for _, name := range []string{"tcp", "tcp6"} {
		file, err := os.Open(fmt.Sprintf("/proc/%d/net/%s", pid, name))
		if err != nil {
			continue
		}

		for scanner := bufio.NewScanner(file); scanner.Scan(); {
			fields := strings.Fields(scanner.Text())
			if len(fields) <= stateField || fields[stateField] != tcpListen {
				continue
			}

			if address, ok := parseSocket(fields[addressField]); ok {
				found = append(found, address)
			}
		}

		_ = file.Close()
	}

	return found
}

// parseSocket reads an address of /proc/net/tcp: the words of the IP address in the machine's byte order, and the port.
func parseSocket(text string) (netip.AddrPort, bool) {
	address, port, ok := strings.Cut(text, ":")
	if !ok {
		return netip.AddrPort{}, false
	}

	raw, err := hex.DecodeString(address)
	if err != nil {
		return netip.AddrPort{}, false
	}

	for word := range slices.Chunk(raw, wordBytes) {
		slices.Reverse(word)
	}

	ip, ok := netip.AddrFromSlice(raw)
	number, err := strconv.ParseUint(port, 16, 16)

	return netip.AddrPortFrom(ip.Unmap(), uint16(number)), ok && err == nil
}

// describe explains why nothing answers on the project's port, by the addresses on which the app listens.
func (p *prober) describe(found []netip.AddrPort) string {
	port := p.address.Port()

	onPort := lo.Filter(found, func(a netip.AddrPort, _ int) bool { return a.Port() == port })
	if len(onPort) > 0 {
		return p.describeOnPort(onPort)
	}

	ports := lo.Uniq(lo.FilterMap(found, func(a netip.AddrPort, _ int) (uint16, bool) { return a.Port(), !a.Addr().IsLoopback() }))
	slices.Sort(ports)

	start := fmt.Sprintf("The app does not listen on port %d. ", port)
	if len(ports) == 0 {
		return start + "Make it listen on 0.0.0.0 and the port in the environment variable PORT."
	}

	names := lo.Map(ports, func(port uint16, _ int) string { return strconv.Itoa(int(port)) })

	return fmt.Sprintf("%sIt listens on port %s. Make it listen on the port in the environment variable PORT, which is %d, or tell the project its "+
		"port: `zeitwork projects set %s --port %s`.", start, strings.Join(names, " and "), port, p.project, names[0])
}

// describeOnPort explains why nothing answers although the app listens on the right port.
func (p *prober) describeOnPort(found []netip.AddrPort) string {
	port := p.address.Port()

	switch {
	case lo.EveryBy(found, func(a netip.AddrPort) bool { return a.Addr().IsLoopback() }):
		return fmt.Sprintf("The app listens on port %d of localhost only. Make it listen on 0.0.0.0.", port)
	case lo.SomeBy(found, func(a netip.AddrPort) bool { return a.Addr().Is4() && !a.Addr().IsLoopback() }) || p.accepts():
		return fmt.Sprintf("The app listens on port %d since a moment ago.", port)
	default:
		return fmt.Sprintf("The app listens on port %d by IPv6 only. Make it listen on 0.0.0.0, by which requests come.", port)
	}
}

// accepts tells whether the app accepts a connection now. The kernel does not say whether a listener on :: takes IPv4, too.
func (p *prober) accepts() bool {
	connection, err := net.DialTimeout("tcp", p.address.String(), time.Second)
	if err != nil {
		return false
	}

	_ = connection.Close() // Nothing was sent.

	return true
}
