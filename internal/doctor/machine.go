package doctor

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/google/nftables"

	"github.com/zeitwork/zeitwork/internal/postgresbin"
)

func root() Finding {
	if os.Geteuid() == 0 {
		return Finding{Part: "root", OK: true, Needed: true, Detail: "this is root"}
	}

	return Finding{
		Part: "root", Needed: true, Detail: "this is not root, and running VMs needs namespaces, mounts and routes",
		Advice: "run it as root, with sudo for example",
	}
}

func cgroups() Finding {
	finding := Finding{Part: "cgroups", OK: true, Needed: true}

	if _, err := os.Stat("/sys/fs/cgroup/cgroup.controllers"); err == nil {
		finding.Detail = "version 2"

		return finding
	}

	if _, err := os.Stat("/sys/fs/cgroup/memory"); err == nil {
		finding.Detail = "version 1, which works with runc and is the older one"

		return finding
	}

	finding.OK, finding.Detail = false, "no cgroup file system is mounted: VMs could not be given limits"
	finding.Advice = "mount cgroup2 on /sys/fs/cgroup"

	return finding
}

// packetFilter asks the kernel for its tables; a kernel without nf_tables refuses.
func packetFilter() Finding {
	finding := Finding{Part: "nf_tables", OK: true, Detail: "the kernel has it"}

	connection, err := nftables.New()
	if err == nil {
		_, err = connection.ListTables()
	}

	if errors.Is(err, os.ErrPermission) {
		finding.OK, finding.Detail, finding.Advice = false, "only root can find out", "run it as root"

		return finding
	}

	if err != nil {
		finding.OK, finding.Detail = false, "the kernel does not answer: "+err.Error()
		finding.Advice = "load the kernel module nf_tables; VMs are kept apart with it"
	}

	return finding
}

func postgres(bin string) Finding {
	found, err := postgresbin.Find(bin)
	if err != nil {
		return Finding{Part: "Postgres", Detail: err.Error(), Advice: "install the Debian package postgresql; `zeitwork up` does"}
	}

	return Finding{Part: "Postgres", OK: true, Detail: found}
}

// program looks for a program on PATH, or at the places that pattern names.
func program(name, pattern, advice string) Finding {
	if pattern == "" {
		if path, err := exec.LookPath(name); err == nil {
			return Finding{Part: name, OK: true, Detail: path}
		}
	} else if found := glob(pattern); len(found) > 0 {
		return Finding{Part: name, OK: true, Detail: found[len(found)-1]}
	}

	return Finding{Part: name, Detail: "not found", Advice: advice}
}

// initProgram finds the init of VMs where the node agent does.
func initProgram() Finding {
	finding := program("catatonit", "", "install the Debian package catatonit; `zeitwork up` does")

	// It serves on runc alone, which is what the local platform uses.
	if tini := program("tini-static", "", ""); !finding.OK && tini.OK {
		finding = tini
		finding.Detail += ", which serves on runc alone: Kata Containers need Debian's package catatonit"
	}

	finding.Part = "init for VMs"

	return finding
}

func glob(pattern string) []string {
	// The only error is that of a malformed pattern, and patterns are constants.
	found, _ := filepath.Glob(pattern)

	return found
}
