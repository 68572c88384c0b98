package packetfilter_test

import (
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/nftables"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/zeitwork/zeitwork/internal/netnamespace"
	"github.com/zeitwork/zeitwork/internal/packetfilter"
)

const port = 8080

// Each case is a rule for the packets that come in by the loopback interface of a network namespace, which has all of 127.0.0.0/8.
// The rule rejects what it matches.
func TestRules_ApplyToWhatTheyMatch(t *testing.T) {
	t.Parallel()

	if os.Geteuid() != 0 {
		t.Skip("network namespaces need root")
	}

	ranges := []netip.Prefix{netip.MustParsePrefix("127.9.0.0/16"), netip.MustParsePrefix("128.0.0.0/1")}

	for name, example := range map[string]struct {
		parts []packetfilter.Part
		// ranges, where there are any, are what the rule matches.
		ranges []netip.Prefix
		// rejected and passed are addresses to connect to.
		rejected, passed []string
	}{
		"interface":                     {parts: parts(packetfilter.FromInterface("lo")), rejected: []string{"127.0.0.1"}},
		"beginning of an interface":     {parts: parts(packetfilter.FromInterface("l")), passed: []string{"127.0.0.1"}},
		"interfaces":                    {parts: parts(packetfilter.FromInterfaces("l")), rejected: []string{"127.0.0.1"}},
		"other interfaces":              {parts: parts(packetfilter.FromInterfaces("v")), passed: []string{"127.0.0.1"}},
		"address":                       {parts: parts(packetfilter.DestinationIs(netip.MustParseAddr("127.9.1.1"))), rejected: []string{"127.9.1.1"}, passed: []string{"127.9.1.2"}},
		"range":                         {parts: parts(packetfilter.DestinationIn(ranges[0])), rejected: []string{"127.9.1.1", "127.9.255.255"}, passed: []string{"127.8.255.255", "127.10.0.1"}},
		"outside of a range":            {parts: parts(packetfilter.DestinationOutside(netip.MustParsePrefix("127.0.0.0/16"))), rejected: []string{"127.9.1.1"}, passed: []string{"127.0.0.1"}},
		"set of ranges":                 {ranges: ranges, rejected: []string{"127.9.1.1", "127.9.255.255"}, passed: []string{"127.8.255.255", "127.10.0.1"}},
		"source":                        {parts: parts(packetfilter.SourceIn(netip.MustParsePrefix("127.9.0.0/16"))), passed: []string{"127.0.0.1"}},
		"source outside":                {parts: parts(packetfilter.SourceOutside(netip.MustParsePrefix("127.9.0.0/16"))), rejected: []string{"127.0.0.1"}},
		"port":                          {parts: parts(packetfilter.DestinationPort(unix.IPPROTO_TCP, port)), rejected: []string{"127.0.0.1"}},
		"another port":                  {parts: parts(packetfilter.DestinationPort(unix.IPPROTO_TCP, port+1)), passed: []string{"127.0.0.1"}},
		"another protocol":              {parts: parts(packetfilter.DestinationPort(unix.IPPROTO_UDP, port)), passed: []string{"127.0.0.1"}},
		"no IPv4":                       {parts: parts(packetfilter.NotIPv4()), passed: []string{"127.0.0.1"}},
		"IPv6":                          {parts: parts(packetfilter.IPv6()), passed: []string{"127.0.0.1"}},
		"source that routes back":       {parts: parts(packetfilter.SourceNotRoutedBack()), passed: []string{"127.0.0.1"}},
		"two matches of which one does": {parts: parts(packetfilter.FromInterface("lo"), packetfilter.NotIPv4()), passed: []string{"127.0.0.1"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			path := filepath.Join(t.TempDir(), "namespace")
			require.NoError(t, netnamespace.Ensure(path))
			t.Cleanup(func() { require.NoError(t, netnamespace.Remove(path)) })

			answers := map[string]error{}

			require.NoError(t, netnamespace.Do(path, func() error {
				listener, err := net.Listen("tcp4", netip.AddrPortFrom(netip.IPv4Unspecified(), port).String())
				if err != nil {
					return err
				}
				defer listener.Close() //nolint:errcheck // The namespace ends.

				if err := install(example.ranges, append(example.parts, packetfilter.Reject())...); err != nil {
					return err
				}

				for _, address := range append(example.rejected, example.passed...) {
					answers[address] = dial(address)
				}

				return nil
			}))

			for _, address := range example.rejected {
				require.Error(t, answers[address], address)
			}

			for _, address := range example.passed {
				require.NoError(t, answers[address], address)
			}
		})
	}
}

func parts(all ...packetfilter.Part) []packetfilter.Part { return all }

// install adds the rule, or where there are ranges the rule that rejects what goes to them.
func install(ranges []netip.Prefix, rule ...packetfilter.Part) error {
	connection, err := nftables.New()
	if err != nil {
		return err
	}

	table := connection.AddTable(&nftables.Table{Family: nftables.TableFamilyINet, Name: "test"})
	chain := connection.AddChain(&nftables.Chain{
		Name: "input", Table: table, Type: nftables.ChainTypeFilter, Hooknum: nftables.ChainHookInput, Priority: nftables.ChainPriorityFilter,
	})

	// Without this, answers would be rejected too.
	packetfilter.AddRule(connection, chain, packetfilter.Established(), packetfilter.Accept())

	if ranges != nil {
		set, err := packetfilter.AddRanges(connection, table, "ranges", ranges)
		if err != nil {
			return err
		}

		rule = parts(packetfilter.DestinationInSet(set), packetfilter.Reject())
	}

	packetfilter.AddRule(connection, chain, rule...)

	return connection.Flush()
}

func dial(address string) error {
	connection, err := net.DialTimeout("tcp", netip.AddrPortFrom(netip.MustParseAddr(address), port).String(), 5*time.Second)
	if err != nil {
		return err
	}

	return connection.Close()
}
