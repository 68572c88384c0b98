package builder

import (
	"fmt"
	"os/exec"
	"path/filepath"
)

// Programs are the paths of what builds need.
type Programs struct {
	// Buildkitd and Runc are programs, CNI is the folder of the CNI plugins, of which bridge, host-local and loopback are used.
	Buildkitd, Runc, CNI string
}

// ProgramsIn returns the programs that all stand in one folder.
func ProgramsIn(folder string) Programs {
	return Programs{Buildkitd: filepath.Join(folder, "buildkitd"), Runc: filepath.Join(folder, "runc"), CNI: folder}
}

// find returns the programs with those filled in that are empty, from PATH and from where distributions put CNI plugins.
func (p Programs) find() (Programs, error) {
	var err error

	if p.Buildkitd, err = lookUp(p.Buildkitd, "ZEITWORK_BUILDER_BUILDKITD", "buildkitd"); err != nil {
		return p, err
	}

	// BuildKit's own archive has runc under the longer name.
	if p.Runc, err = lookUp(p.Runc, "ZEITWORK_BUILDER_RUNC", "buildkit-runc", "runc"); err != nil {
		return p, err
	}

	if p.CNI != "" {
		_, err = exec.LookPath(filepath.Join(p.CNI, "bridge"))
	} else {
		for _, p.CNI = range []string{"/opt/cni/bin", "/usr/lib/cni", "/usr/libexec/cni"} {
			if _, err = exec.LookPath(filepath.Join(p.CNI, "bridge")); err == nil {
				break
			}
		}
	}

	if err != nil {
		return p, fmt.Errorf("find the CNI plugins: install Debian's package containernetworking-plugins, or set ZEITWORK_BUILDER_CNI to their folder: %w", err)
	}

	return p, nil
}

func lookUp(path, setting string, names ...string) (string, error) {
	if path != "" {
		names = []string{path}
	}

	var problem error

	for _, name := range names {
		found, err := exec.LookPath(name)
		if err == nil {
			return filepath.Abs(found)
		}

		problem = err
	}

	return "", fmt.Errorf("find %s: install it, or set %s to its path: %w", names[len(names)-1], setting, problem)
}
