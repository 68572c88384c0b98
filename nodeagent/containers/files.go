package containers

import (
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strings"

	"github.com/samber/lo"
)

const (
	resolvFile   = "resolv.conf"
	hostsFile    = "hosts"
	hostnameFile = "hostname"

	folderMode = 0o700
	// readableMode lets every user in the VM read a file.
	readableMode = 0o644
)

// writeFiles writes the files that are mounted into the VM's /etc to a folder.
func writeFiles(vm VM, folder string, nameservers []netip.Addr) error {
	if err := os.MkdirAll(folder, folderMode); err != nil {
		return fmt.Errorf("make the VM's folder: %w", err)
	}

	name := vm.ID.String()
	resolvers := strings.Join(lo.Map(nameservers, func(a netip.Addr, _ int) string { return "nameserver " + a.String() + "\n" }), "")

	for file, content := range map[string]string{
		hostnameFile: name + "\n",
		hostsFile:    fmt.Sprintf("127.0.0.1 localhost\n%s %s\n", vm.Address, name),
		resolvFile:   resolvers,
	} {
		if err := os.WriteFile(filepath.Join(folder, file), []byte(content), readableMode); err != nil {
			return fmt.Errorf("write the VM's %s: %w", file, err)
		}
	}

	return nil
}
