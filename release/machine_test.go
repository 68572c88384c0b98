package main

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/vishvananda/netlink"

	"github.com/zeitwork/zeitwork/internal/systemservice"
	"github.com/zeitwork/zeitwork/test/rig"
)

// packagedMachine is a machine with the package unpacked, in a network namespace of its own.
type packagedMachine struct {
	name string
	// root is where the files of the machine are.
	root      string
	namespace string
	address   netip.Addr
	service   systemservice.Service
	running   *unitProcess
	// starts counts the starts of the service.
	starts int
}

func newPackagedMachine(t *testing.T, network *dockerNetwork, name string, service systemservice.Service) *packagedMachine {
	t.Helper()

	// Its path is short: containerd's shims make sockets below it.
	root, err := rig.NewScratch()
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, os.RemoveAll(root)) })

	m := &packagedMachine{name: name, root: root, service: service}
	m.namespace, m.address = network.attach(t, name)
	m.install(t, firstVersion)

	return m
}

// install unpacks the package, over another one where that is there, as dpkg does. No service is started or restarted, nor does the package do that.
func (m *packagedMachine) install(t *testing.T, version string) {
	t.Helper()

	archive, err := releases[version].debian()
	require.NoError(t, err)
	runs(t, "dpkg-deb", "--extract", archive, m.root)
}

// path is where a file of the machine is on this one.
func (m *packagedMachine) path(file string) string { return filepath.Join(m.root, file) }

// write writes a file of the machine, which the operator or another package puts there.
func (m *packagedMachine) write(t *testing.T, file string, content []byte) {
	t.Helper()

	require.NoError(t, os.MkdirAll(filepath.Dir(m.path(file)), 0o755))
	require.NoError(t, os.WriteFile(m.path(file), content, 0o600))
}

// configure writes the settings of the service as joining does.
func (m *packagedMachine) configure(t *testing.T, settings map[string]string) {
	t.Helper()

	content, err := m.service.FormatSettings(settings)
	require.NoError(t, err)
	m.write(t, m.service.SettingsFile, content)
}

// start is `systemctl start` of the package's service.
func (m *packagedMachine) start(t *testing.T) {
	t.Helper()

	u := readUnit(t, m.path(unitFolder+m.service.Name+".service"))
	m.starts++

	running, err := u.start(m)
	require.NoError(t, err)

	m.running = running
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("%s, start %d:\n%s", m.name, m.starts, running.written())
		}

		_ = running.kill()
	})
}

// stop is `systemctl stop`. A service that ended before, with an error, or that has to be killed is an error.
func (m *packagedMachine) stop(ctx context.Context) error { return m.running.stop(ctx) }

// route sends packets for a prefix to another machine of the network, and none of those for the rest of the range anywhere.
func (m *packagedMachine) route(t *testing.T, network *dockerNetwork, clusterRange, prefix netip.Prefix, by netip.Addr) {
	t.Helper()

	at := network.handle(t, m.name)
	ipNet := func(p netip.Prefix) *net.IPNet {
		return &net.IPNet{IP: p.Addr().AsSlice(), Mask: net.CIDRMask(p.Bits(), p.Addr().BitLen())}
	}

	require.NoError(t, at.RouteReplace(&netlink.Route{Dst: ipNet(clusterRange), Type: syscall.RTN_UNREACHABLE}))
	require.NoError(t, at.RouteReplace(&netlink.Route{Dst: ipNet(prefix), Gw: by.AsSlice()}))
}

var errNoCondition = errors.New("the unit's condition is not met, so that systemd does not start it")

// systemdUnit are the settings of a unit, each with its lines' values.
type systemdUnit map[string][]string

func readUnit(t *testing.T, file string) systemdUnit {
	t.Helper()

	content, err := os.ReadFile(file)
	require.NoError(t, err)

	u := systemdUnit{}

	for line := range strings.Lines(string(content)) {
		name, value, ok := strings.Cut(strings.TrimSpace(line), "=")
		if ok && !strings.HasPrefix(name, "#") {
			u[name] = append(u[name], value)
		}
	}

	return u
}

// one is the value of a setting that a unit has once; empty where it does not have it.
func (u systemdUnit) one(name string) string { return strings.Join(u[name], " ") }
