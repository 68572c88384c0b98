package packagemanager_test

import (
	"testing"

	"github.com/samber/lo"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/activities/detect/buildplan"
	"github.com/zeitwork/zeitwork/activities/detect/detecttest"
	"github.com/zeitwork/zeitwork/activities/detect/node"
)

var detectors = detecttest.Detectors{node.DetectServer}

func TestManager_BinaryLockfileOfBun_IsTakenAndTheReasonSaysHowToReplaceIt(t *testing.T) {
	t.Parallel()

	files := map[string]string{"package.json": `{"scripts":{"start":"node a.js"}}`, "bun.lockb": "\x00"}
	require.Contains(t, detectors.RequirePlan(t, files, buildplan.Settings{}).Reason, "run bun install --save-text-lockfile --frozen-lockfile --lockfile-only, and commit bun.lock in its place.")

	files["bun.lock"] = `{"lockfileVersion":1,"workspaces":{"":{}}}`
	require.NotContains(t, detectors.RequirePlan(t, files, buildplan.Settings{}).Reason, "bun.lockb")
}

func TestManager_IsThatOfPackageManagerOrTheLockfile(t *testing.T) {
	t.Parallel()

	yarn4 := "\n" + detecttest.EmptyYarn4

	for name, test := range map[string]struct {
		declared string
		files    map[string]string
		version  map[string]string
		commands []string
	}{
		"npm": {"", map[string]string{"package-lock.json": "{}"}, map[string]string{}, []string{"npm ci --no-audit"}},
		"npm with a shrinkwrap": {
			"", map[string]string{"npm-shrinkwrap.json": "{}", "package-lock.json": "{}"}, map[string]string{},
			[]string{"COPY --parents package.json npm-shrinkwrap.json ./", "npm ci"},
		},
		"npm of a version": {
			"npm@11.0.0", map[string]string{"package-lock.json": "{}"}, map[string]string{"npm": "11.0.0"}, []string{"npm install --global --no-update-notifier npm@11.0.0\n", "npm ci"},
		},
		"pnpm": {
			"pnpm@9.1.0+sha512.abc", map[string]string{"pnpm-lock.yaml": "lockfileVersion: '9.0'\n"}, map[string]string{"pnpm": "9.1.0"},
			[]string{"npm install --global --no-update-notifier pnpm@9.1.0\n", "pnpm install --frozen-lockfile"},
		},
		"pnpm 7 by its lockfile": {"", map[string]string{"pnpm-lock.yaml": "lockfileVersion: 5.4\n"}, map[string]string{"pnpm": "7"}, nil},
		"pnpm 8 by its lockfile": {"", map[string]string{"pnpm-lock.yaml": "lockfileVersion: '6.0'\n"}, map[string]string{"pnpm": "8"}, nil},
		"pnpm 9 by its lockfile": {"", map[string]string{"pnpm-lock.yaml": "lockfileVersion: '9.0'\n"}, map[string]string{"pnpm": "9"}, nil},
		"pnpm 10 by its settings": {
			"", map[string]string{"pnpm-lock.yaml": "lockfileVersion: '9.0'\n", "pnpm-workspace.yaml": "onlyBuiltDependencies: [a]\n"}, map[string]string{"pnpm": "10"}, nil,
		},
		"pnpm 12": {
			"pnpm@12.1.0", map[string]string{"pnpm-lock.yaml": "lockfileVersion: '9.0'\n"}, map[string]string{"pnpm": "12.1.0"},
			[]string{"ENV pnpm_config_pm_on_fail=ignore\n"},
		},
		"yarn 1": {
			"", map[string]string{"yarn.lock": detecttest.EmptyYarn1}, map[string]string{"yarn": "1.22.22"},
			[]string{"npm install --global --no-update-notifier --force yarn@1.22.22\n", "yarn install --frozen-lockfile"},
		},
		"yarn 3 by its lockfile": {
			"", map[string]string{"yarn.lock": "\n__metadata:\n  version: 6\n\n\"app@workspace:.\":\n  resolution: \"app@workspace:.\"\n"},
			map[string]string{"yarn": "3"}, []string{"@yarnpkg/cli-dist@3\n"},
		},
		"yarn 4": {
			"yarn@4.9.1", map[string]string{"yarn.lock": yarn4, ".pnp.cjs": ""}, map[string]string{"yarn": "4.9.1"},
			[]string{"ENV YARN_NODE_LINKER=node-modules\n", "npm install --global --no-update-notifier --force @yarnpkg/cli-dist@4.9.1\n", "yarn install --immutable", "COPY --chown=node:node --exclude=node_modules --exclude=.pnp.* . ."},
		},
		"yarn 4 of the source": {
			"", map[string]string{"yarn.lock": yarn4, ".yarnrc.yml": "yarnPath: .yarn/releases/yarn-4.9.1.cjs\n", ".yarn/releases/yarn-4.9.1.cjs": ""},
			map[string]string{"yarn": "4"},
			[]string{"package.json yarn.lock .yarnrc.yml .yarn ./", "RUN --mount=type=cache,id=yarn,target=/root/.yarn/berry/cache,sharing=locked node /app/.yarn/releases/yarn-4.9.1.cjs install --immutable\n"},
		},
		"yarn 4 with its packages": {
			"", map[string]string{"yarn.lock": yarn4, ".yarn/cache/a.zip": ""}, map[string]string{"yarn": "4"},
			[]string{"ENV YARN_ENABLE_GLOBAL_CACHE=false\n", "\nRUN yarn install --immutable\n"},
		},
		"bun": {
			"", map[string]string{"bun.lock": `{"lockfileVersion":1,"workspaces":{"":{}},}`}, map[string]string{"bun": "1"},
			[]string{"npm install --global --no-update-notifier --allow-scripts=bun bun@1\n", "bun install --frozen-lockfile"},
		},
		"bun with a binary lockfile": {"bun@1.1.0", map[string]string{"bun.lockb": "\x00"}, map[string]string{"bun": "1.1.0"}, []string{"bun install --frozen-lockfile"}},
		"packageManager decides between lockfiles": {
			"pnpm@9.1.0", map[string]string{"pnpm-lock.yaml": "lockfileVersion: '9.0'\n", "yarn.lock": "", "package-lock.json": "x"},
			map[string]string{"pnpm": "9.1.0"}, []string{"COPY --parents package.json pnpm-lock.yaml ./"},
		},
		"no lockfile":         {"", nil, map[string]string{}, []string{"npm install --no-audit"}},
		"pnpm, no lockfile":   {"pnpm@9.1.0", nil, map[string]string{"pnpm": "9.1.0"}, []string{"pnpm install --no-frozen-lockfile"}},
		"yarn 4, no lockfile": {"yarn@4.9.1", nil, map[string]string{"yarn": "4.9.1"}, []string{"yarn install --no-immutable"}},
		"bun, no lockfile":    {"bun@1.1.0", nil, map[string]string{"bun": "1.1.0"}, []string{"bun install\n"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			manifest := `{"name":"app","scripts":{"start":"node a.js"},"packageManager":"` + test.declared + `"}`
			plan := detectors.RequirePlan(t, detecttest.With(map[string]string{"package.json": manifest}, test.files), buildplan.Settings{})

			require.Equal(t, detecttest.With(map[string]string{"node": "24"}, test.version), plan.Versions)

			for _, command := range test.commands {
				require.Contains(t, plan.Dockerfile, command)
			}
		})
	}
}

func TestManager_WithoutALockfile_SaysThatBuildsAreNotRepeatable(t *testing.T) {
	t.Parallel()

	plan := detectors.RequirePlan(t, map[string]string{"package.json": `{"scripts":{"start":"node a.js"}}`}, buildplan.Settings{})
	require.Contains(t, plan.Reason, "There is no lockfile, so npm chooses the versions of the dependencies anew")
	require.Contains(t, plan.Reason, "run npm install and commit the lockfile")
}

func TestManager_ThatCannotBeKnown_IsExplained(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct {
		declared string
		files    map[string]string
		words    []string
	}{
		"two lockfiles": {
			"", map[string]string{"yarn.lock": "", "package-lock.json": "{}"},
			[]string{"package-lock.json and yarn.lock", "Delete all but the one", "git rm package-lock.json", "set packageManager"},
		},
		"the lockfile of another":  {"pnpm@9.1.0", map[string]string{"package-lock.json": "{}"}, []string{"names pnpm, but the lockfile is package-lock.json", "Run pnpm install"}},
		"no exact version":         {"pnpm@latest", nil, []string{`"pnpm@latest"`, "exact version"}},
		"another program":          {"cargo@1.0.0", nil, []string{`"cargo@1.0.0"`, "npm, pnpm, yarn or bun"}},
		"yarn that is not there":   {"", map[string]string{"yarn.lock": "", ".yarnrc.yml": "yarnPath: .yarn/releases/y.cjs"}, []string{".yarn/releases/y.cjs, which is not in the repository"}},
		"configuration of yarn":    {"", map[string]string{"yarn.lock": "", ".yarnrc.yml": "a: b: c"}, []string{".yarnrc.yml cannot be read"}},
		"lockfile with a conflict": {"", map[string]string{"package-lock.json": "<<<<<<< HEAD\n{}"}, []string{"package-lock.json cannot be read", "merge conflict", "npm install"}},
		"yarn 1 with a conflict":   {"", map[string]string{"yarn.lock": "<<<<<<< HEAD\n"}, []string{"yarn.lock cannot be read", "merge conflict"}},
		"pnpm with a conflict":     {"", map[string]string{"pnpm-lock.yaml": "a: b\n<<<<<<< HEAD\n"}, []string{"pnpm-lock.yaml cannot be read", "merge conflict"}},
		"bun with a conflict":      {"", map[string]string{"bun.lock": "<<<<<<< HEAD\n"}, []string{"bun.lock cannot be read", "merge conflict"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			manifest := `{"name":"app","scripts":{"start":"node a.js"},"packageManager":"` + test.declared + `"}`
			detectors.RequireError(t, detecttest.With(map[string]string{"package.json": manifest}, test.files), buildplan.Settings{}, test.words...)
		})
	}
}

func TestManager_VersionIsWhatPackageJSONAsksFor(t *testing.T) {
	t.Parallel()

	const pnpmLock, yarnLock = "lockfileVersion: '9.0'\n", "\n" + detecttest.EmptyYarn4

	for name, test := range map[string]struct {
		manifest    string
		file, lock  string
		want, setup string
	}{
		"engines, a line":              {`"engines":{"pnpm":"9.x"}`, "pnpm-lock.yaml", pnpmLock, "9", "pnpm@9\n"},
		"engines, a newer line":        {`"engines":{"pnpm":">=10"}`, "pnpm-lock.yaml", pnpmLock, "10", "pnpm@10\n"},
		"engines, below a release":     {`"engines":{"pnpm":">=9.1 <9.5"}`, "pnpm-lock.yaml", pnpmLock, ">=9.1 <9.5", `"pnpm@>=9.1 <9.5"`},
		"engines, exact":               {`"engines":{"pnpm":"8.15.4"}`, "pnpm-lock.yaml", "lockfileVersion: '6.0'\n", "8.15.4", "pnpm@8.15.4\n"},
		"engines that agree":           {`"engines":{"pnpm":">=8"}`, "pnpm-lock.yaml", pnpmLock, "9", "pnpm@9\n"},
		"engines of another":           {`"engines":{"npm":">=9"}`, "pnpm-lock.yaml", pnpmLock, "9", ""},
		"engines, no range":            {`"engines":{"pnpm":"$(evil)"}`, "pnpm-lock.yaml", pnpmLock, "9", ""},
		"devEngines and a lockfile":    {`"devEngines":{"packageManager":{"name":"pnpm","version":"^10.0.0"}}`, "pnpm-lock.yaml", pnpmLock, "10", "pnpm@10\n"},
		"devEngines and no lockfile":   {`"devEngines":{"packageManager":{"name":"pnpm","version":"^10.0.0"}}`, "", "", "10", "pnpm install --no-frozen-lockfile"},
		"devEngines, alternatives":     {`"devEngines":{"packageManager":[{"name":"npm"},{"name":"pnpm","version":"9.x"}]}`, "pnpm-lock.yaml", pnpmLock, "9", ""},
		"packageManager before others": {`"packageManager":"pnpm@10.4.1","engines":{"pnpm":"9.x"}`, "pnpm-lock.yaml", pnpmLock, "10.4.1", ""},
		"packageManager, a line":       {`"packageManager":"pnpm@9"`, "pnpm-lock.yaml", pnpmLock, "9", "pnpm@9\n"},
		"packageManager, a range":      {`"packageManager":"pnpm@^10.1.0"`, "pnpm-lock.yaml", pnpmLock, "10", "pnpm@10\n"},
		"packageManager, Yarn's line":  {`"packageManager":"yarn@4.x"`, "", "", "", "@yarnpkg/cli-dist@4\n"},
		"engines of Yarn":              {`"engines":{"yarn":"^3.0.0"}`, "yarn.lock", yarnLock, "3", "@yarnpkg/cli-dist@3\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			files := map[string]string{"package.json": `{"name":"app","scripts":{"start":"node a.js"},` + test.manifest + `}`}
			if test.file != "" {
				files[test.file] = test.lock
			}

			plan := detectors.RequirePlan(t, files, buildplan.Settings{})
			require.Equal(t, test.want, plan.Versions[lo.Ternary(test.file == "yarn.lock", "yarn", "pnpm")])
			require.Contains(t, plan.Dockerfile, test.setup)
		})
	}

	detectors.RequireError(t, map[string]string{
		"package.json": `{"scripts":{"start":"a"},"devEngines":{"packageManager":{"name":"pnpm","version":"^10.0.0"}}}`, "yarn.lock": "",
	}, buildplan.Settings{}, "devEngines.packageManager in package.json names pnpm, but the lockfile is yarn.lock", "or correct devEngines.packageManager.")
}
