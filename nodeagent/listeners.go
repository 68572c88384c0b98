package nodeagent

import (
	"bufio"
	"encoding/hex"
	"fmt"
	"net/netip"
	"os"
	"slices"
	"strconv"
	"strings"

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

// describeListeners explains why nothing answers on port, by the addresses on which the app listens.
func describeListeners(port int, found []netip.AddrPort) string {
	start := fmt.Sprintf("The app does not listen on port %d. ", port)

	onLoopback := lo.SomeBy(found, func(a netip.AddrPort) bool { return int(a.Port()) == port && a.Addr().IsLoopback() })
	if onLoopback {
		return fmt.Sprintf("The app listens on port %d of localhost only. Make it listen on 0.0.0.0.", port)
	}

	onPort := lo.SomeBy(found, func(a netip.AddrPort) bool { return int(a.Port()) == port })
	if onPort {
		return fmt.Sprintf("The app listens on port %d since a moment ago.", port)
	}

	ports := lo.Uniq(lo.FilterMap(found, func(a netip.AddrPort, _ int) (string, bool) {
		return strconv.Itoa(int(a.Port())), !a.Addr().IsLoopback()
	}))
	slices.Sort(ports)

	if len(ports) == 0 {
		return start + "Make it listen on 0.0.0.0 and the port in the environment variable PORT."
	}

	return fmt.Sprintf("%sIt listens on port %s. Make it listen on the port in the environment variable PORT, or change the project's port.",
		start, strings.Join(ports, " and "))
}
