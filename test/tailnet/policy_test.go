package tailnet_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/netip"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/samber/lo"
	"github.com/stretchr/testify/require"
)

// policy is a tailnet's policy, in the forms that ours uses. Others are errors, since nobody here knows what they would allow.
type policy struct {
	TagOwners     map[string][]string `json:"tagOwners"`
	AutoApprovers struct {
		Routes map[netip.Prefix][]string `json:"routes"`
	} `json:"autoApprovers"`
	Grants []grant      `json:"grants"`
	Tests  []policyTest `json:"tests"`
}

// grant lets machines with a tag of Src reach the ports of what Dst names: tags and prefixes.
type grant struct {
	Src []string `json:"src"`
	Dst []string `json:"dst"`
	IP  []string `json:"ip"`
}

// policyTest is what Tailscale checks when the policy is changed there.
type policyTest struct {
	Src    string   `json:"src"`
	Accept []string `json:"accept"`
	Deny   []string `json:"deny"`
}

// machine is what the control plane knows of a machine.
type machine struct {
	ID         string         `json:"id"`
	Tags       []string       `json:"tags"`
	Addresses  []netip.Prefix `json:"addresses"`
	Advertised []netip.Prefix `json:"advertised"`
}

// decision is what a machine may do. Rules are the packet filter that the control plane gives it.
type decision struct {
	Routes  []netip.Prefix `json:"routes"`
	Rules   []rule         `json:"filter"`
	Expired bool           `json:"expired"`
}

// rule is tailscaled's form of a rule.
type rule struct {
	SrcIPs   []string
	DstPorts []destination
	IPProto  []int
}

type destination struct {
	IP    string
	Ports portRange
}

type portRange struct{ First, Last uint16 }

const tcp = 6

func readPolicy(t *testing.T, path string) policy {
	t.Helper()

	content, err := os.ReadFile(path)
	require.NoError(t, err)

	p, err := parsePolicy(content)
	require.NoError(t, err)

	return p
}

func parsePolicy(content []byte) (policy, error) {
	var p policy

	decoder := json.NewDecoder(bytes.NewReader(content))
	decoder.DisallowUnknownFields()

	if err := decoder.Decode(&p); err != nil {
		return policy{}, fmt.Errorf("read the policy: %w", err)
	}

	for _, g := range p.Grants {
		for _, from := range g.Src {
			if _, ok := p.TagOwners[from]; !ok {
				return policy{}, fmt.Errorf("the source %q is no tag with owners", from)
			}
		}

		for _, to := range g.Dst {
			if _, ok := p.TagOwners[to]; ok {
				continue
			}

			if _, err := netip.ParsePrefix(to); err != nil {
				return policy{}, fmt.Errorf("the destination %q is neither a tag with owners nor a prefix", to)
			}
		}

		for _, ports := range g.IP {
			if _, err := parsePorts(ports); err != nil {
				return policy{}, err
			}
		}
	}

	return p, nil
}

// parsePorts reads tcp:443 and tcp:*.
func parsePorts(text string) (portRange, error) {
	const all = 65535

	port, isTCP := strings.CutPrefix(text, "tcp:")
	if isTCP && port == "*" {
		return portRange{First: 0, Last: all}, nil
	}

	number, err := strconv.ParseUint(port, 10, 16)
	if !isTCP || err != nil {
		return portRange{}, fmt.Errorf("%q is neither tcp:* nor tcp: with a port", text)
	}

	return portRange{First: uint16(number), Last: uint16(number)}, nil
}

// decide returns what the policy lets each of the machines do, by their ids.
func (p policy) decide(machines []machine) map[string]decision {
	decisions := map[string]decision{}

	for _, m := range machines {
		one := decision{Routes: lo.Filter(m.Advertised, func(route netip.Prefix, _ int) bool { return p.approves(m, route) })}

		for _, g := range p.Grants {
			if r := g.ruleFor(m, one.Routes, machines); r != nil {
				one.Rules = append(one.Rules, *r)
			}
		}

		decisions[m.ID] = one
	}

	return decisions
}

func (p policy) approves(m machine, route netip.Prefix) bool {
	for within, tags := range p.AutoApprovers.Routes {
		if within.Contains(route.Addr()) && within.Bits() <= route.Bits() && lo.Some(m.Tags, tags) {
			return true
		}
	}

	return false
}

// ruleFor returns the grant as a rule of the machine, or nil where it does not concern it.
func (g grant) ruleFor(m machine, routes []netip.Prefix, machines []machine) *rule {
	var to []netip.Prefix

	for _, selector := range g.Dst {
		within, err := netip.ParsePrefix(selector)

		switch {
		case err != nil && slices.Contains(m.Tags, selector):
			to = append(to, m.Addresses...)
		case err == nil:
			to = append(to, lo.Filter(routes, func(route netip.Prefix, _ int) bool { return within.Overlaps(route) })...)
		}
	}

	from := lo.FlatMap(machines, func(other machine, _ int) []string {
		if !lo.Some(other.Tags, g.Src) {
			return nil
		}

		return lo.Map(other.Addresses, func(address netip.Prefix, _ int) string { return address.String() })
	})

	if len(to) == 0 || len(from) == 0 {
		return nil
	}

	made := &rule{SrcIPs: from, IPProto: []int{tcp}}

	for _, text := range g.IP {
		ports, _ := parsePorts(text) // It was read before.
		for _, address := range to {
			made.DstPorts = append(made.DstPorts, destination{IP: address.String(), Ports: ports})
		}
	}

	return made
}

// allows tells whether a machine with the tag may connect to HOST:PORT, whose host is a tag or an address.
func (p policy) allows(t *testing.T, from, to string) bool {
	t.Helper()

	split := strings.LastIndex(to, ":")
	host := to[:split]

	port, err := strconv.ParseUint(to[split+1:], 10, 16)
	require.NoError(t, err)

	return slices.ContainsFunc(p.Grants, func(g grant) bool {
		names := slices.ContainsFunc(g.Dst, func(selector string) bool {
			within, err := netip.ParsePrefix(selector)
			if err != nil {
				return selector == host
			}

			address, err := netip.ParseAddr(host)

			return err == nil && within.Contains(address)
		})

		return names && slices.Contains(g.Src, from) && slices.ContainsFunc(g.IP, func(text string) bool {
			ports, err := parsePorts(text)
			require.NoError(t, err)

			return ports.First <= uint16(port) && uint16(port) <= ports.Last
		})
	})
}

func TestPolicy_PassesTheTestsThatItBringsForTailscale(t *testing.T) {
	t.Parallel()

	p := readPolicy(t, policyFile)
	require.ElementsMatch(t, lo.Keys(p.TagOwners), lo.Map(p.Tests, func(one policyTest, _ int) string { return one.Src }), "each kind of machine has tests")

	for _, one := range p.Tests {
		for _, to := range one.Accept {
			require.True(t, p.allows(t, one.Src, to), "%s must reach %s", one.Src, to)
		}

		for _, to := range one.Deny {
			require.False(t, p.allows(t, one.Src, to), "%s must not reach %s", one.Src, to)
		}
	}
}

func TestPolicy_OfAnotherForm_IsRefused(t *testing.T) {
	t.Parallel()

	for _, text := range []string{
		`{"acls": []}`,
		`{"grants": [{"src": ["*"], "dst": ["10.0.0.0/8"], "ip": ["tcp:1"]}]}`,
		`{"grants": [{"src": ["autogroup:member"], "dst": ["10.0.0.0/8"], "ip": ["tcp:1"]}]}`,
		`{"tagOwners": {"tag:a": []}, "grants": [{"src": ["tag:a"], "dst": ["*"], "ip": ["tcp:1"]}]}`,
		`{"tagOwners": {"tag:a": []}, "grants": [{"src": ["tag:a"], "dst": ["tag:b"], "ip": ["tcp:1"]}]}`,
		`{"tagOwners": {"tag:a": []}, "grants": [{"src": ["tag:a"], "dst": ["tag:a"], "ip": ["*"]}]}`,
		`{"tagOwners": {"tag:a": []}, "grants": [{"src": ["tag:a"], "dst": ["tag:a"], "ip": ["udp:53"]}]}`,
		`{"tagOwners": {"tag:a": []}, "grants": [{"src": ["tag:a"], "dst": ["tag:a"], "ip": ["tcp:1-2"]}]}`,
		`{"tagOwners": {"tag:a": []}, "grants": [{"src": ["tag:a"], "dst": ["tag:a"], "ip": ["tcp:1"], "app": {}}]}`,
	} {
		_, err := parsePolicy([]byte(text))
		require.Error(t, err, text)
	}
}
