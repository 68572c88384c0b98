package toolchain

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
)

// Module is one of the modules under tools/, with how its tools are compiled.
type Module struct {
	name   string
	builds []build
	// sources are folders of the module with programs of its own.
	sources []string
}

// build is one run of the compiler.
type build struct {
	// packages are import paths; none means every tool of the module that no other build names.
	packages []string
	tags     string
	cgo      bool
}

// Daemons is containerd with its shim, runc, buildkitd, buildctl, BuildKit's Dockerfile frontend, the registry, crane and
// the CNI plugins. Building it needs the Debian packages of DaemonPackages.
func Daemons() Module {
	return Module{name: "daemons", builds: []build{
		{tags: "osusergo,netgo"},
		// runc enters namespaces in C and filters system calls with libseccomp.
		{packages: []string{"github.com/opencontainers/runc"}, tags: "seccomp", cgo: true},
	}}
}

// DaemonPackages are the Debian packages that compiling the daemons needs.
func DaemonPackages() []string { return []string{"gcc", "libc6-dev", "libseccomp-dev", "pkg-config"} }

// RunPackages are the Debian packages that daemons need which are compiled already.
func RunPackages() []string { return []string{"libseccomp2"} }

// SQLC is the sqlc generator. It compiles Postgres' parser from C.
func SQLC() Module { return Module{name: "sqlc", builds: []build{{cgo: true}}} }

// Lint is golangci-lint.
func Lint() Module { return Module{name: "lint", builds: []build{{}}} }

// Generate is oapi-codegen and gotestsum.
func Generate() Module { return Module{name: "generate", builds: []build{{}}} }

// Release is nfpm, which makes Debian packages.
func Release() Module { return Module{name: "release", builds: []build{{}}} }

// VersityGW is an S3 server, for tests and for a local platform that keeps its images in S3.
func VersityGW() Module { return Module{name: "versitygw", builds: []build{{}}} }

// key names everything that the binaries depend on: the pins, the flags, the compiler and the kind of machine.
func (m Module) key(folder string) (string, error) {
	hash := sha256.New()
	_, _ = fmt.Fprintln(hash, runtime.Version(), runtime.GOOS, runtime.GOARCH, compilerFlags())

	for _, b := range m.builds {
		_, _ = fmt.Fprintln(hash, b.packages, b.tags, b.cgo)
	}

	files := []string{"go.mod", "go.sum"}

	for _, source := range m.sources {
		found, err := filepath.Glob(filepath.Join(folder, source, "*.go"))
		if err != nil {
			return "", fmt.Errorf("list the programs of tools/%s: %w", m.name, err)
		}

		for _, path := range found {
			files = append(files, filepath.Join(source, filepath.Base(path)))
		}
	}

	for _, file := range files {
		content, err := os.ReadFile(filepath.Join(folder, file))
		if err != nil {
			return "", fmt.Errorf("read the pins of tools/%s: %w", m.name, err)
		}

		hash.Write(content)
	}

	const digits = 16

	return m.name + "-" + hex.EncodeToString(hash.Sum(nil))[:digits], nil
}

// builtElsewhere tells whether b builds every tool that no other build names, and another build names this package.
func (m Module) builtElsewhere(b build, importPath string) bool {
	return len(b.packages) == 0 && slices.ContainsFunc(m.builds, func(other build) bool {
		return slices.Contains(other.packages, importPath)
	})
}

func compilerFlags() []string { return []string{"-trimpath", "-ldflags", "-s -w"} }
