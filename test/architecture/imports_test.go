package architecture_test

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/samber/lo"
	"github.com/stretchr/testify/require"
)

const module = "github.com/zeitwork/zeitwork"

// rule forbids the packages below one folder to know others.
type rule struct {
	// from is a folder of the module; the rule holds for every package in it.
	from string
	// never are import path prefixes; those without a dot in the first element are folders of the module.
	never []string
	// evenIndirectly extends the rule to what the imported packages import.
	evenIndirectly bool
	reason         string
}

func rules() []rule {
	return []rule{
		{
			from: "nodeagent", never: []string{"database", "workflows", "activities", "api", "github.com/jackc/pgx"}, evenIndirectly: true,
			reason: "it runs on metal beside customers' code: it holds no database password and knows the platform only through /v1",
		},
		{
			from: "edgeproxy", never: []string{"database", "workflows", "activities", "api", "github.com/jackc/pgx"}, evenIndirectly: true,
			reason: "it faces the internet: it holds no database password and knows the platform only through /v1",
		},
		{
			from: "api", never: []string{"github.com/containerd/containerd", "github.com/moby/buildkit", "nodeagent", "edgeproxy"},
			reason: "api reads and writes rows; what touches VMs and builds happens in nodes and workers",
		},
		{
			from: "activities", never: []string{"workflows", "api", "nodeagent", "edgeproxy", "github.com/riverqueue"}, evenIndirectly: true,
			reason: "an activity does one thing to the outside world and does not know when or why",
		},
		{
			from: "workflows", never: []string{"api", "nodeagent", "edgeproxy"}, evenIndirectly: true,
			reason: "workflows decide; the services below ask them and are not asked back",
		},
		{
			from: "database", never: []string{"activities", "workflows", "api", "nodeagent", "edgeproxy"}, evenIndirectly: true,
			reason: "the database is below everything that uses it",
		},
		{
			from:  "internal",
			never: []string{"cmd", "api", "workflows", "activities", "nodeagent", "edgeproxy", "database"}, evenIndirectly: true,
			reason: "internal packages are leaves that everything may use",
		},
	}
}

type goPackage struct {
	ImportPath string   `json:"ImportPath"`
	Imports    []string `json:"Imports"`
	Deps       []string `json:"Deps"`
}

func TestImports_FollowTheHouseRules(t *testing.T) {
	t.Parallel()

	packages := list(t)
	require.NotEmpty(t, packages)

	for _, r := range rules() {
		inside := lo.Filter(packages, func(p goPackage, _ int) bool { return within(p.ImportPath, module+"/"+r.from) })

		for _, p := range inside {
			known := p.Imports
			if r.evenIndirectly {
				known = p.Deps
			}

			for _, forbidden := range lo.Filter(known, func(path string, _ int) bool { return r.forbids(path) }) {
				t.Errorf("%s knows %s: %s", p.ImportPath, forbidden, r.reason)
			}
		}
	}
}

func (r rule) forbids(path string) bool {
	return lo.SomeBy(r.never, func(prefix string) bool {
		if first, _, _ := strings.Cut(prefix, "/"); !strings.Contains(first, ".") {
			prefix = module + "/" + prefix
		}

		return within(path, prefix)
	})
}

func within(path, prefix string) bool {
	return path == prefix || strings.HasPrefix(path, prefix+"/")
}

func list(t *testing.T) []goPackage {
	t.Helper()

	command := exec.CommandContext(t.Context(), "go", "list", "-json=ImportPath,Imports,Deps", "./...")
	command.Dir = filepath.Join("..", "..")

	output, err := command.Output()
	require.NoError(t, err)

	var packages []goPackage

	for decoder := json.NewDecoder(strings.NewReader(string(output))); ; {
		var p goPackage

		err := decoder.Decode(&p)
		if errors.Is(err, io.EOF) {
			return packages
		}

		require.NoError(t, err)

		packages = append(packages, p)
	}
}
