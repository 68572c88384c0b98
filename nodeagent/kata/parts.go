package kata

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"

	"github.com/pelletier/go-toml/v2"
	"github.com/samber/lo"
)

// binFolder is where Kata's releases put their shims.
const binFolder = "/opt/kata/bin"

// FindShim returns the path of a shim of Kata Containers.
func FindShim(name string) (string, error) {
	if path, err := exec.LookPath(name); err == nil {
		return path, nil
	}

	path := filepath.Join(binFolder, name)
	if _, err := os.Stat(path); err != nil {
		return "", fmt.Errorf("%s is neither in the PATH nor in %s", name, binFolder)
	}

	return path, nil
}

// Part is a file or a device that a VM needs.
type Part struct {
	// Name says what it is, such as "guest kernel".
	Name string
	Path string
}

// hypervisor is what a configuration says of one. The names of hypervisors are Kata's.
type hypervisor struct {
	Path     string `toml:"path"`
	Kernel   string `toml:"kernel"`
	Image    string `toml:"image"`
	Initrd   string `toml:"initrd"`
	SharedFS string `toml:"shared_fs"`
	Virtiofs string `toml:"virtio_fs_daemon"`
}

// Parts returns what the configuration in a file needs on this machine.
func Parts(path string) ([]Part, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}

	return readParts(content)
}

// ShippedParts returns what the configuration that the node agent brings needs.
func ShippedParts(snapshotter string) ([]Part, error) {
	return readParts([]byte(Configuration(snapshotter)))
}

func readParts(content []byte) ([]Part, error) {
	var configuration struct {
		Hypervisor map[string]hypervisor `toml:"hypervisor"`
	}

	if err := toml.Unmarshal(content, &configuration); err != nil {
		return nil, fmt.Errorf("it is no configuration of Kata Containers: %w", err)
	}

	if len(configuration.Hypervisor) == 0 {
		return nil, errors.New("it names no hypervisor")
	}

	var parts []Part

	for _, name := range slices.Sorted(maps.Keys(configuration.Hypervisor)) {
		h := configuration.Hypervisor[name]
		parts = append(parts, Part{"hypervisor", h.Path}, Part{"guest kernel", h.Kernel}, Part{"guest image", lo.CoalesceOrEmpty(h.Image, h.Initrd)})

		if h.SharedFS == "virtio-fs" {
			parts = append(parts, Part{"virtiofsd", h.Virtiofs})
		}

		// Cloud Hypervisor serves a guest's sockets and network by itself.
		if name == "qemu" {
			parts = append(parts, Part{"module vhost_vsock", "/dev/vhost-vsock"}, Part{"module vhost_net", "/dev/vhost-net"})
		}
	}

	return parts, nil
}

// Missing returns those of the parts that are not there.
func Missing(parts []Part) []Part {
	return lo.Filter(parts, func(part Part, _ int) bool {
		_, err := os.Stat(part.Path)

		return err != nil
	})
}
