package edgeproxy

import (
	"encoding/hex"
	"fmt"
	"net/netip"
	"strings"

	"github.com/google/uuid"
)

// connectionName is the host under which http.Transport keeps connections to a VM. Only one with both the id and the address is the same: an
// address may belong to another customer's VM later, who must never get a request on a connection to the VM before.
func connectionName(vmID uuid.UUID, address netip.AddrPort) string {
	encoded, err := address.MarshalBinary()
	if err != nil {
		panic(err) // It never fails.
	}

	return hex.EncodeToString(encoded) + "." + vmID.String()
}

// addressOf returns the address in a connectionName.
func addressOf(name string) (string, error) {
	first, _, _ := strings.Cut(name, ".")

	encoded, err := hex.DecodeString(first)
	if err != nil {
		return "", fmt.Errorf("the address of the VM %q: %w", name, err)
	}

	var address netip.AddrPort
	if err := address.UnmarshalBinary(encoded); err != nil {
		return "", fmt.Errorf("the address of the VM %q: %w", name, err)
	}

	return address.String(), nil
}
