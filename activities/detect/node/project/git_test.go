package project_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/activities/detect/buildplan"
	"github.com/zeitwork/zeitwork/activities/detect/detecttest"
)

func TestGit_IsThereWhereTheInstallationNeedsIt(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct {
		manifest string
		files    map[string]string
		git      bool
	}{
		"a repository": {
			`"dependencies":{"left":"git+https://git.example.org/acme/left.git#v1.0.0"}`,
			map[string]string{"package-lock.json": `{"packages":{"node_modules/left":{"version":"1.0.0","resolved":"git+https://git.example.org/acme/left.git#01"}}}`}, true,
		},
		"of a dependency":            {`"dependencies":{"a":"1"}`, map[string]string{"package-lock.json": `{"packages":{"node_modules/left":{"resolved":"git+ssh://git@github.com/acme/left.git#01"}}}`}, true},
		"GitHub, without a lockfile": {`"dependencies":{"left":"acme/left#main"}`, nil, true},
		"a script that clones":       {`"scripts":{"postinstall":"git clone https://git.example.org/data"}`, nil, true},
		"a directory":                {`"dependencies":{"left":"file:./left"}`, nil, false},
		"an alias":                   {`"dependencies":{"left":"npm:@acme/left@1"}`, map[string]string{"package-lock.json": "{}"}, false},
		"an archive of GitHub's": {
			`"dependencies":{"left":"github:acme/left"}`,
			map[string]string{"pnpm-lock.yaml": "lockfileVersion: '9.0'\npackages:\n  left@x:\n    resolution: {tarball: https://codeload.github.com/acme/left/tar.gz/01}\n"}, false,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			plan := detectors.RequirePlan(t, detecttest.With(map[string]string{"package.json": `{` + test.manifest + `}`, "server.js": ""}, test.files), buildplan.Settings{})
			if test.git {
				require.Contains(t, plan.Dockerfile, "--no-install-recommends git ca-certificates\n")
			} else {
				require.NotContains(t, plan.Dockerfile, "apt-get")
			}
		})
	}
}

func TestGit_BySSH_IsToldBeforeTheBuild(t *testing.T) {
	t.Parallel()

	advice := "by SSH, where builds cannot sign in, as they have no key. Name it by https"

	for name, test := range map[string]struct {
		manifest string
		files    map[string]string
		words    string
	}{
		"npm":         {`"dependencies":{"left":"git+ssh://git@github.com/acme/left.git#v1.0.0"}`, nil, "The dependency left in package.json comes from git+ssh://git@github.com/acme/left.git#v1.0.0"},
		"short":       {`"devDependencies":{"left":"git@github.com:acme/left.git"}`, nil, "The dependency left in package.json comes from git@github.com:acme/left.git"},
		"of another":  {``, map[string]string{"package-lock.json": `{"packages":{"node_modules/left":{"resolved":"git+ssh://git@git.example.org/left.git#01"}}}`}, "A dependency in package-lock.json comes from git+ssh://git@git.example.org/left.git"},
		"as pnpm has": {``, map[string]string{"pnpm-lock.yaml": "packages:\n  left@x:\n    resolution: {type: git, repo: git@github.com:acme/left.git, commit: '01'}\n"}, "A dependency in pnpm-lock.yaml comes from git@github.com:acme/left.git"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			detectors.RequireError(t, detecttest.With(map[string]string{"package.json": `{` + test.manifest + `}`, "server.js": ""}, test.files), buildplan.Settings{}, test.words, advice)
		})
	}
}

func TestHooks_OfARepositoryThatBuildsDoNotHave_AreNotInstalled(t *testing.T) {
	t.Parallel()

	for prepare, lines := range map[string][]string{
		"lefthook install":                    {"RUN npm pkg delete scripts.prepare\n"},
		"npx lefthook install -f || true":     {"RUN npm pkg delete scripts.prepare\n"},
		"git config core.hooksPath .githooks": {"RUN npm pkg delete scripts.prepare\n"},
		"simple-git-hooks":                    {"RUN npm pkg delete scripts.prepare\n"},
		"lefthook install && patch-package":   {`RUN npm pkg set 'scripts.prepare=true && patch-package'` + "\n"},
		"is-ci || lefthook install":           {`RUN npm pkg set 'scripts.prepare=is-ci || true'` + "\n"},
		"lefthook install && node it's.js": {
			"RUN npm pkg delete scripts.prepare\n",
			"RUN npm pkg set 'scripts.prepare=true && node it'\\''s.js' && npm run prepare\n",
		},
	} {
		t.Run(prepare, func(t *testing.T) {
			t.Parallel()

			plan := detectors.RequirePlan(t, map[string]string{"package.json": `{"scripts":{"start":"node a.js","prepare":"` + prepare + `"}}`}, buildplan.Settings{})
			for _, line := range lines {
				require.Contains(t, plan.Dockerfile, line)
			}
		})
	}

	plan := detectors.RequirePlan(t, map[string]string{"package.json": `{"scripts":{"start":"node a.js","prepare":"husky"}}`}, buildplan.Settings{})
	require.NotContains(t, plan.Dockerfile, "npm pkg", "husky ends well where there is no repository")
}
