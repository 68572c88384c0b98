package edgeproxy

import (
	"encoding/hex"
	"fmt"
	"net/netip"
	"strings"

	"github.com/google/uuid"
)

// connectionName returns the host name under which http.Transport keeps connections to a VM. It holds the VM's id beside its address: a later
// VM of another customer may get the same address, and must never get a request on a connection to the earlier one.
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
