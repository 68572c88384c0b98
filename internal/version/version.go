// Package version says which build of zeitwork a process is.
package version

import (
	"cmp"
	"fmt"
	"runtime"
	"runtime/debug"
)

// Unknown stands for what a build does not say of itself.
const Unknown = "unknown"

// The linker writes these two, as `go tool task build` tells it to:
// -ldflags "-X github.com/zeitwork/zeitwork/internal/version.version=… -X github.com/zeitwork/zeitwork/internal/version.commit=…".
// What it leaves empty is taken from what the go command records in every binary.
var version, commit string

// Info describes one build.
type Info struct {
	Version  string `json:"version"`  // A tag, a commit as git describes it, or Unknown.
	Commit   string `json:"commit"`   // Full hash, or Unknown.
	Go       string `json:"go"`       // Version of the compiler, such as go1.26.8.
	Platform string `json:"platform"` // Operating system and architecture, such as linux/amd64.
}

// Get returns what this process was built from.
func Get() Info {
	recorded, ok := debug.ReadBuildInfo()
	if !ok {
		recorded = &debug.BuildInfo{}
	}

	return describe(version, commit, recorded)
}

// String returns the version and the rest in one line.
func (i Info) String() string {
	return fmt.Sprintf("%s (commit %s, %s, %s)", i.Version, i.Commit, i.Go, i.Platform)
}

// describe prefers what was stamped into the binary to what the go command recorded in it.
func describe(version, commit string, recorded *debug.BuildInfo) Info {
	module := recorded.Main.Version
	if module == "(devel)" { // The go command's word for a working tree of which it was not to ask git.
		module = ""
	}

	return Info{
		Version:  cmp.Or(version, module, Unknown),
		Commit:   cmp.Or(commit, setting(recorded, "vcs.revision"), Unknown),
		Go:       cmp.Or(recorded.GoVersion, runtime.Version()),
		Platform: runtime.GOOS + "/" + runtime.GOARCH,
	}
}

func setting(recorded *debug.BuildInfo, key string) string {
	for _, setting := range recorded.Settings {
		if setting.Key == key {
			return setting.Value
		}
	}

	return ""
}
