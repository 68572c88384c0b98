package packagemanager_test

import (
	"testing"

	"github.com/samber/lo"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/activities/detect/buildplan"
	"github.com/zeitwork/zeitwork/activities/detect/detecttest"
)

func TestManager_VersionIsPinnedByVoltaMiseAsdfOrBun(t *testing.T) {
	t.Parallel()

	const pnpmLock, bunLock = "lockfileVersion: '9.0'\n", `{"lockfileVersion":1,"workspaces":{"":{}}}`

	for name, test := range map[string]struct {
		manifest    string
		files       map[string]string
		manager     string
		want, setup string
		reason      string
	}{
		"volta, Yarn 1":     {`"volta":{"node":"22.11.0","yarn":"1.22.19"}`, map[string]string{"yarn.lock": detecttest.EmptyYarn1}, "yarn", "1.22.19", "yarn@1.22.19\n", "yarn.lock, and volta in package.json asks for 1.22.19."},
		"volta, Yarn 4":     {`"volta":{"yarn":"4.1.0"}`, map[string]string{"yarn.lock": "\n" + detecttest.EmptyYarn4}, "yarn", "4.1.0", "@yarnpkg/cli-dist@4.1.0\n", ""},
		"volta, pnpm":       {`"volta":{"pnpm":"9.1.2"}`, map[string]string{"pnpm-lock.yaml": pnpmLock}, "pnpm", "9.1.2", "pnpm@9.1.2\n", ""},
		"volta, npm":        {`"volta":{"npm":"10.8.1"}`, map[string]string{"package-lock.json": "{}"}, "npm", "10.8.1", "npm@10.8.1\n", ""},
		"volta, extended":   {`"volta":{"extends":"../package.json"}`, map[string]string{"pnpm-lock.yaml": pnpmLock}, "pnpm", "9", "pnpm@9\n", "pnpm 9: pnpm-lock.yaml."},
		".tool-versions":    {"", map[string]string{".tool-versions": "pnpm 9.1.2\n", "pnpm-lock.yaml": pnpmLock}, "pnpm", "9.1.2", "", ".tool-versions asks for 9.1.2"},
		"mise":              {"", map[string]string{".mise.toml": "[tools]\n\"npm:pnpm\" = '10'\n", "pnpm-lock.yaml": pnpmLock}, "pnpm", "10", "", ".mise.toml asks for 10"},
		"mise, a number":    {"", map[string]string{"mise.toml": "[tools]\npnpm = 10\n", "pnpm-lock.yaml": pnpmLock}, "pnpm", "10", "", ""},
		"mise, a prefix":    {"", map[string]string{"mise.toml": "[tools]\nbun = 'prefix:1.2'\n", "bun.lock": bunLock}, "bun", "1.2", "bun@1.2\n", ""},
		"mise, the newest":  {"", map[string]string{"mise.toml": "[tools]\nbun = 'latest'\n", "bun.lock": bunLock}, "bun", "1", "bun@1\n", "bun 1: bun.lock."},
		"mise, unreadable":  {"", map[string]string{"mise.toml": "[tools\n", "bun.lock": bunLock}, "bun", "1", "", "bun 1: bun.lock."},
		".bun-version":      {"", map[string]string{".bun-version": "bun-1.2.3\n", "bun.lock": bunLock}, "bun", "1.2.3", "bun@1.2.3\n", ".bun-version asks for 1.2.3"},
		"the line is right": {"", map[string]string{"mise.toml": "[tools]\npnpm = '9'\n", "pnpm-lock.yaml": pnpmLock}, "pnpm", "9", "", "pnpm 9: pnpm-lock.yaml."},
		"packageManager before it": {
			`"packageManager":"pnpm@10.4.1+sha512.abc","volta":{"pnpm":"9.1.2"}`, map[string]string{"pnpm-lock.yaml": pnpmLock}, "pnpm", "10.4.1", "", "packageManager in package.json.",
		},
		"engines accept it": {`"volta":{"pnpm":"9.1.2"},"engines":{"pnpm":">=9"}`, map[string]string{"pnpm-lock.yaml": pnpmLock}, "pnpm", "9.1.2", "", ""},
		"engines refuse it": {
			`"volta":{"pnpm":"9.1.2"},"engines":{"pnpm":">=10"}`, map[string]string{"pnpm-lock.yaml": pnpmLock}, "pnpm", "10", "",
			"volta in package.json asks for pnpm 9.1.2, which engines.pnpm in package.json does not accept",
		},
		"Yarn 4 and a lockfile of Yarn 1": {
			`"volta":{"yarn":"4.1.0"}`, map[string]string{"yarn.lock": detecttest.EmptyYarn1}, "yarn", "1.22.22", "yarn@1.22.22\n",
			"volta in package.json asks for yarn 4.1.0, which does not install by yarn.lock.",
		},
		"engines of Yarn 1 and a lockfile of Yarn 4": {`"engines":{"yarn":"1.x"}`, map[string]string{"yarn.lock": "\n" + detecttest.EmptyYarn4}, "yarn", "4", "@yarnpkg/cli-dist@4\n", ""},
		"no version": {
			"", map[string]string{".tool-versions": "pnpm ref:main\n", "pnpm-lock.yaml": pnpmLock}, "pnpm", "9", "", ".tool-versions asks for pnpm ref:main, which is not a version, so that it is left out of account.",
		},
		"engine-strict, npm": {`"engines":{"npm":"10.x"}`, map[string]string{"package-lock.json": "{}", ".npmrc": "engine-strict=true\n"}, "npm", "10.x", "npm@10.x\n", ""},
		"engine-strict, and every image's npm will do": {
			`"engines":{"npm":">=9"}`, map[string]string{"package-lock.json": "{}", ".npmrc": "engine-strict=true\n"}, "npm", "", "", "",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			manifest := `{"name":"app","scripts":{"start":"node a.js"}` + lo.Ternary(test.manifest == "", "", ","+test.manifest) + `}`
			plan := detectors.RequirePlan(t, detecttest.With(map[string]string{"package.json": manifest}, test.files), buildplan.Settings{})
			require.Equal(t, test.want, plan.Versions[test.manager])
			require.Contains(t, plan.Dockerfile, test.setup)
			require.Contains(t, plan.Reason, test.reason)
		})
	}
}

func TestManager_ThatNoLockfileTells_IsTheOnlyOneThatAFileMeans(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct {
		manifest string
		files    map[string]string
		command  string
	}{
		"two lockfiles and volta":             {`"volta":{"yarn":"1.22.19"}`, map[string]string{"yarn.lock": detecttest.EmptyYarn1, "package-lock.json": "{}"}, "yarn install --frozen-lockfile"},
		"two lockfiles and mise":              {`"x":1`, map[string]string{"bun.lock": `{"lockfileVersion":1,"workspaces":{"":{}}}`, "package-lock.json": "{}", "mise.toml": "[tools]\nbun = '1.2'\n"}, "bun install --frozen-lockfile"},
		"two lockfiles and pnpm's workspace":  {`"x":1`, map[string]string{"pnpm-lock.yaml": "lockfileVersion: '9.0'\n", "package-lock.json": "{}", "pnpm-workspace.yaml": "packages: []\n"}, "pnpm install --frozen-lockfile"},
		"no lockfile, pnpm's workspace":       {`"x":1`, map[string]string{"pnpm-workspace.yaml": "packages: []\n"}, "pnpm install --no-frozen-lockfile"},
		"no lockfile, Yarn 4's configuration": {`"x":1`, map[string]string{".yarnrc.yml": "nodeLinker: node-modules\n"}, "yarn install --no-immutable"},
		"no lockfile, Yarn 4 pinned":          {`"volta":{"yarn":"4.1.0"}`, nil, "yarn install --no-immutable"},
		"no lockfile, Yarn 1 pinned":          {`"volta":{"yarn":"1.22.19"}`, nil, "yarn install --cache-folder"},
		"no lockfile, bun's configuration":    {`"x":1`, map[string]string{"bunfig.toml": ""}, "bun install\n"},
		"no lockfile, two pinned":             {`"volta":{"yarn":"1.22.19","pnpm":"9.1.2"}`, nil, "npm install"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			files := detecttest.With(map[string]string{"package.json": `{"name":"app","scripts":{"start":"node a.js"},` + test.manifest + `}`}, test.files)
			require.Contains(t, detectors.RequirePlan(t, files, buildplan.Settings{}).Dockerfile, test.command)
		})
	}

	detectors.RequireError(t, map[string]string{
		"package.json": `{"scripts":{"start":"a"},"volta":{"yarn":"1.22.19","npm":"10.8.1"}}`, "yarn.lock": "", "package-lock.json": "{}",
	}, buildplan.Settings{}, "There are lockfiles of several package managers")
}

func TestManager_ThatAScriptCallsBesideTheOneThatInstalls_HasThePinnedVersion(t *testing.T) {
	t.Parallel()

	plan := detectors.RequirePlan(t, map[string]string{
		"package.json": `{"name":"app","scripts":{"start":"bun run a.ts"}}`, "package-lock.json": "{}", "mise.toml": "[tools]\nbun = '1.2.3'\n",
	}, buildplan.Settings{})
	require.Contains(t, plan.Dockerfile, "--allow-scripts=bun bun@1.2.3\n")
}
