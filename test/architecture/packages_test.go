package architecture_test

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/samber/lo"
	"github.com/stretchr/testify/require"
)

const module = "github.com/zeitwork/zeitwork"

// goPackage is a package of the module, or the tests of one.
type goPackage struct {
	ImportPath string `json:"ImportPath"`
	// ForTest is the package that the tests are of; empty for a package itself.
	ForTest string   `json:"ForTest"`
	Imports []string `json:"Imports"`
	// Deps are what the package imports, what that imports, and so on.
	Deps []string `json:"Deps"`
}

// packages returns the packages of the module without their tests.
func packages(t *testing.T) []goPackage {
	t.Helper()

	return lo.Filter(listed(t), func(p goPackage, _ int) bool { return p.ForTest == "" && !strings.HasSuffix(p.ImportPath, ".test") })
}

// testPackages returns the tests of the module's packages under the import paths of the packages. Their imports include those of
// the packages, where they are in the same package.
func testPackages(t *testing.T) []goPackage {
	t.Helper()

	return lo.FilterMap(listed(t), func(p goPackage, _ int) (goPackage, bool) {
		// go list also names a package that it compiles again for the tests of another.
		path := strings.TrimSuffix(withoutVariant(p.ImportPath), "_test")

		return goPackage{ImportPath: path, Imports: lo.Map(p.Imports, func(i string, _ int) string { return withoutVariant(i) })},
			p.ForTest != "" && path == p.ForTest
	})
}

// withoutVariant takes the end off an import path that says for which tests go list compiles the package again.
func withoutVariant(path string) string {
	path, _, _ = strings.Cut(path, " ")

	return path
}

// room returns the top-level folder that the package is in, or nothing for a package that is not the module's.
func room(importPath string) string {
	inside, isOurs := strings.CutPrefix(importPath, module+"/")
	if !isOurs {
		return ""
	}

	first, _, _ := strings.Cut(inside, "/")

	return first
}

// within tells whether a path is the prefix or below it.
func within(path, prefix string) bool {
	return path == prefix || strings.HasPrefix(path, prefix+"/")
}

func listed(t *testing.T) []goPackage {
	t.Helper()

	all, err := goList()
	require.NoError(t, err)
	require.NotEmpty(t, all)

	return all
}

var goList = sync.OnceValues(func() ([]goPackage, error) { //nolint:gochecknoglobals // It takes seconds.
	command := exec.Command("go", "list", "-test", "-json=ImportPath,ForTest,Imports,Deps", "./...")
	command.Dir = filepath.Join("..", "..")

	output, err := command.Output()
	if err != nil {
		return nil, err
	}

	var all []goPackage

	for decoder := json.NewDecoder(strings.NewReader(string(output))); ; {
		var p goPackage

		err := decoder.Decode(&p)
		if errors.Is(err, io.EOF) {
			return all, nil
		}

		if err != nil {
			return nil, err
		}

		all = append(all, p)
	}
})
