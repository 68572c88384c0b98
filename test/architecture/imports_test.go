package architecture_test

import (
	"testing"

	"github.com/samber/lo"
	"github.com/stretchr/testify/require"
)

func TestImports_FollowTheHouseRules(t *testing.T) {
	t.Parallel()

	all := packages(t)

	for _, r := range rules() {
		inside := lo.Filter(all, func(p goPackage, _ int) bool { return within(p.ImportPath, module+"/"+r.from) })
		require.NotEmpty(t, inside, "the folder %s of a rule", r.from)

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

func TestImports_OfTests_FollowTheHouseRulesToo(t *testing.T) {
	t.Parallel()

	all := testPackages(t)

	for _, r := range lo.Filter(rules(), func(r rule, _ int) bool { return r.testsToo }) {
		for _, p := range lo.Filter(all, func(p goPackage, _ int) bool { return within(p.ImportPath, module+"/"+r.from) }) {
			for _, forbidden := range lo.Filter(p.Imports, func(path string, _ int) bool { return r.forbids(path) && !forEveryTest(path) }) {
				t.Errorf("tests of %s import %s: %s", p.ImportPath, forbidden, r.reason)
			}
		}
	}
}

func TestImports_OfTest_AreFixturesTheRigAndGitHubAlone(t *testing.T) {
	t.Parallel()

	for _, p := range testPackages(t) {
		if room(p.ImportPath) == "test" {
			continue
		}

		for _, path := range p.Imports {
			if room(path) == "test" && !forEveryTest(path) {
				t.Errorf("tests of %s import %s: what other rooms' tests share is in test/fixtures, test/rig and test/githubtest", p.ImportPath, path)
			}
		}
	}
}

// forEveryTest tells whether the package is one that the tests of every room may import. The fake GitHub is among them: it stands in local because
// `zeitwork up` runs it, but knows nothing of the platform.
func forEveryTest(path string) bool {
	return within(path, module+"/test/fixtures") || within(path, module+"/test/rig") || path == module+"/test/githubtest" ||
		path == module+"/local/fakegithub"
}
