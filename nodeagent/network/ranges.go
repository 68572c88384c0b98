package network

import (
	"fmt"
	"net/netip"
	"strings"

	"github.com/google/nftables"
)

// tablePrefix is how the names of the policy's tables begin.
const tablePrefix = "zeitwork-"

// Ranges returns the clusters' ranges of which the policy is in place on this machine.
func Ranges() ([]netip.Prefix, error) {
	connection, err := nftables.New()
	if err != nil {
		return nil, fmt.Errorf("reach nftables: %w", err)
	}

	tables, err := connection.ListTablesOfFamily(nftables.TableFamilyINet)
	if err != nil {
		return nil, fmt.Errorf("list the tables of nftables: %w", err)
	}

	var found []netip.Prefix

	for _, table := range tables {
		name, ours := strings.CutPrefix(table.Name, tablePrefix)
		if end := strings.LastIndex(name, "-"); ours && end >= 0 {
			if prefix, err := netip.ParsePrefix(name[:end] + "/" + name[end+1:]); err == nil {
				found = append(found, prefix)
			}
		}
	}

	return found, nil
}
