package nodeagent

import (
	"errors"
	"net/netip"
	"os"
	"strings"

	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/internal/iprange"
)

// carrierGrade has the addresses of tailnets, and with them 100.100.100.100, where tailscaled answers with the tailnet's names.
var carrierGrade = netip.MustParsePrefix("100.64.0.0/10")

// nameservers returns the nameservers of VMs.
func (c Config) nameservers() ([]netip.Addr, error) {
	if len(c.Nameservers) > 0 {
		return c.Nameservers, nil
	}

	var contents []string

	// systemd-resolved puts its own loopback address into the first file, and the servers that it asks into the second.
	for _, path := range []string{"/etc/resolv.conf", "/run/systemd/resolve/resolv.conf"} {
		content, err := os.ReadFile(path)
		if err == nil {
			contents = append(contents, string(content))
		}
	}

	if found := chooseNameservers(contents...); len(found) > 0 {
		return found, nil
	}

	return nil, errors.New("this node names no nameserver that VMs may use, on its loopback or in a tailnet: set ZEITWORK_VM_NAMESERVERS, to public ones")
}

// chooseNameservers returns the public nameservers that the files name. Where they name none it returns those of the first file that has others. Tenants get
// none that VMs cannot reach, on the loopback, and none of a tailnet, which would tell them its names.
func chooseNameservers(resolvConfs ...string) []netip.Addr {
	files := lo.Map(resolvConfs, func(content string, _ int) []netip.Addr { return nameserversIn(content) })
	public := lo.Uniq(lo.Filter(lo.Flatten(files), func(address netip.Addr, _ int) bool { return iprange.IsPublic(address) }))

	if len(public) > 0 {
		return public
	}

	first, _ := lo.Find(files, func(found []netip.Addr) bool { return len(found) > 0 })

	return first
}

func nameserversIn(resolvConf string) []netip.Addr {
	return lo.FilterMap(strings.Split(resolvConf, "\n"), func(line string, _ int) (netip.Addr, bool) {
		fields := strings.Fields(line)
		if len(fields) < 2 || fields[0] != "nameserver" {
			return netip.Addr{}, false
		}

		address, err := netip.ParseAddr(fields[1])

		return address, err == nil && address.Is4() && !address.IsLoopback() && !carrierGrade.Contains(address)
	})
}
