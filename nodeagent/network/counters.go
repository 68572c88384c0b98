package network

import (
	"bufio"
	"fmt"
	"os"
	"strconv"
	"strings"

	"github.com/google/uuid"
)

// Counters are how many bytes VMs have received and sent since their interfaces were made.
type Counters struct{ lines map[string][]string }

// The fields of an interface's line in /proc/net/dev, behind its name.
const (
	receivedField = 0
	sentField     = 8
	counterFields = 16
)

// ReadCounters reads the counters of all VMs at once: to ask for one interface costs as much as to read all of them.
func ReadCounters() (Counters, error) {
	file, err := os.Open("/proc/thread-self/net/dev")
	if err != nil {
		return Counters{}, fmt.Errorf("read the counters of interfaces: %w", err)
	}

	defer func() { _ = file.Close() }()

	counters := Counters{lines: map[string][]string{}}

	scanner := bufio.NewScanner(file)
	for scanner.Scan() {
		name, values, found := strings.Cut(strings.TrimSpace(scanner.Text()), ":")
		if found && strings.HasPrefix(name, interfacePrefix) {
			counters.lines[name] = strings.Fields(values)
		}
	}

	if err := scanner.Err(); err != nil {
		return Counters{}, fmt.Errorf("read the counters of interfaces: %w", err)
	}

	return counters, nil
}

// Of returns the bytes that a VM has received and sent. It returns false for a VM without an interface.
func (c Counters) Of(vm uuid.UUID) (received, sent int64, found bool) {
	fields := c.lines[InterfaceName(vm)]
	if len(fields) != counterFields {
		return 0, 0, false
	}

	// The host's end of the pair receives what the VM sends.
	sent, sentErr := strconv.ParseInt(fields[receivedField], 10, 64)
	received, receivedErr := strconv.ParseInt(fields[sentField], 10, 64)

	return received, sent, sentErr == nil && receivedErr == nil
}
