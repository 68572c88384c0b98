package project_test

import (
	"testing"

	"github.com/samber/lo"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/activities/detect/buildplan"
	"github.com/zeitwork/zeitwork/activities/detect/detecttest"
)

func TestNodeVersion_IsWhatTheSourceAsksFor(t *testing.T) {
	t.Parallel()

	devEngines := func(runtime string) map[string]string {
		return map[string]string{"package.json": `{"scripts":{"start":"node a.js"},"devEngines":{"runtime":` + runtime + `}}`}
	}

	engines := func(wanted string) map[string]string {
		return map[string]string{"package.json": `{"scripts":{"start":"node a.js"},"engines":{"node":"` + wanted + `"}}`}
	}

	for name, test := range map[string]struct {
		files   map[string]string
		version string
		because string
	}{
		"nothing":                         {nil, "24", "the default"},
		"a line":                          {engines("22"), "22", "engines.node in package.json asks for 22"},
		"a line with x":                   {engines("22.x"), "22", ""},
		"any":                             {engines("*"), "24", "the default"},
		"the default is in the range":     {engines(">=20"), "24", ""},
		"the newest below":                {engines("<24"), "22", ""},
		"a minor release that is to come": {engines(">=22.19 <23"), "22", ""},
		"with spaces":                     {engines(">= 20 < 22"), "20", ""},
		"caret":                           {engines("^20.9.0"), "20", ""},
		"an exact version":                {engines("22.11.0"), "22.11.0", "engines.node in package.json asks for 22.11.0"},
		"a minor line":                    {engines("~20.11.1"), "20.11", ""},
		"either":                          {engines("^18 || ^20"), "20", ""},
		"a line of the table that is old": {engines("18.x"), "18", ""},
		"a line that the table lacks":     {engines(">=16 <17"), "16", ""},
		"below a release":                 {engines(">=22.0.0 <22.12.0"), "22.0", ""},
		"engines, a word of .nvmrc's":     {engines("lts/*"), "24", "engines.node in package.json asks for lts/*"},
		"devEngines":                      {devEngines(`{"name":"node","version":"^22.0.0"}`), "22", "devEngines.runtime in package.json asks for ^22.0.0"},
		"devEngines, alternatives":        {devEngines(`[{"name":"bun"},{"name":"node","version":"20.11.1"}]`), "20.11.1", ""},
		"mise":                            {map[string]string{"mise.toml": "[tools]\nnode = '22'\n"}, "22", "mise.toml asks for 22"},
		"mise, a list":                    {map[string]string{".mise.toml": "[tools]\nnode = ['20.11.1', '22']\n"}, "20.11.1", ""},
		"mise, an object":                 {map[string]string{".config/mise/config.toml": "[tools.node]\nversion = 'lts'\n"}, "24", ""},
		"mise, a number":                  {map[string]string{"mise.toml": "[tools]\nnode = 22\n"}, "22", "mise.toml asks for 22"},
		"mise, a prefix and a backend":    {map[string]string{"mise.toml": "[tools]\n'core:node' = 'prefix:20'\n"}, "20", ""},
		"pnpm's own, in .npmrc":           {map[string]string{"package.json": `{"scripts":{"start":"a"},"packageManager":"pnpm@10.4.1"}`, "pnpm-lock.yaml": "lockfileVersion: '9.0'\n", ".npmrc": "use-node-version=22.11.0\n"}, "22.11.0", "pnpm's setting useNodeVersion asks for 22.11.0"},
		"pnpm's own":                      {map[string]string{"package.json": `{"scripts":{"start":"a"},"packageManager":"pnpm@10.4.1"}`, "pnpm-lock.yaml": "lockfileVersion: '9.0'\n", "pnpm-workspace.yaml": "useNodeVersion: 22.11.0\n"}, "22.11.0", ""},
		".nvmrc by PowerShell":            {map[string]string{".nvmrc": "\xff\xfe2\x002\x00\r\x00\n\x00"}, "22", ".nvmrc asks for 22"},
		".nvmrc, an old name":             {map[string]string{".nvmrc": "lts/gallium"}, "16", ""},
		".nvmrc, the one before":          {map[string]string{".nvmrc": "lts/-1"}, "22", ""},
		".nvmrc, a minor line":            {map[string]string{".nvmrc": "20.11"}, "20.11", ""},
		".nvmrc, whatever there is":       {map[string]string{".nvmrc": "system"}, "24", "the default"},
		".nvmrc":                          {map[string]string{".nvmrc": "v22.11.0\n"}, "22.11.0", ".nvmrc asks for v22.11.0"},
		".nvmrc with a comment":           {map[string]string{".nvmrc": "# ours\n\n22 # jod\n"}, "22", ""},
		".nvmrc by name":                  {map[string]string{".nvmrc": "lts/jod"}, "22", ""},
		".nvmrc, long-term support":       {map[string]string{".nvmrc": "lts/*"}, "24", ""},
		".nvmrc, the newest":              {map[string]string{".nvmrc": "node"}, "26", ""},
		".node-version":                   {map[string]string{".node-version": "20.1.0"}, "20.1.0", ".node-version asks for 20.1.0"},
		".nvmrc before .node-version":     {map[string]string{".nvmrc": "22", ".node-version": "20"}, "22", ""},
		".tool-versions":                  {map[string]string{".tool-versions": "ruby 3.3\nnodejs 20.1.0\n"}, "20.1.0", ".tool-versions asks for 20.1.0"},
		"volta":                           {map[string]string{"package.json": `{"scripts":{"start":"a"},"volta":{"node":"20.1.0"}}`}, "20.1.0", "volta"},
		"engines leave a choice":          {detecttest.With(engines(">=20"), map[string]string{".nvmrc": "22"}), "22", ".nvmrc asks for 22"},
		"engines contradict":              {detecttest.With(engines("22.x"), map[string]string{".nvmrc": "20"}), "22", "engines.node"},
		"engines contradict what is not":  {detecttest.With(engines("22.x"), map[string]string{".nvmrc": "18"}), "22", "engines.node"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			plan := detectors.RequirePlan(t, detecttest.With(detecttest.ServerApp, map[string]string{"package-lock.json": "{}", "package.json": `{"scripts":{"start":"a"}}`}, test.files), buildplan.Settings{})
			require.Equal(t, test.version, plan.Versions["node"])
			require.Contains(t, plan.Dockerfile, "FROM docker.io/library/node:"+test.version+tagOf(test.version)+"\n")
			require.Contains(t, plan.Reason, "Node "+test.version+": "+test.because)
		})
	}
}

// tagOf is how the tag of an image goes on: the table has those of lines.
func tagOf(version string) string {
	if lo.Contains([]string{"20", "22", "24", "26"}, version) {
		return "-trixie-slim"
	}

	return "-slim"
}

func TestNodeVersion_ThatTheRegistryLacks_IsTheNewestOfItsLine_UnlessTheManagerInsists(t *testing.T) {
	t.Parallel()

	const app = `{"name":"app","scripts":{"start":"a"},"engines":{"node":"22.11.0"}}`

	settings := buildplan.Settings{BaseImages: buildplan.DefaultBaseImages().Without("docker.io/library/node:22.11.0-slim", "docker.io/library/node:26-trixie-slim")}

	for name, files := range map[string]map[string]string{
		"npm only warns":  {"package.json": app},
		".nvmrc":          {".nvmrc": "22.11.0"},
		"volta":           {"package.json": `{"scripts":{"start":"a"},"volta":{"node":"22.11.0"}}`},
		"Yarn 1 takes it": {"package.json": `{"scripts":{"start":"a"},"engines":{"node":">=20"}}`, ".nvmrc": "22.11.0", "yarn.lock": detecttest.EmptyYarn1},
	} {
		plan := detectors.RequirePlan(t, detecttest.With(map[string]string{"package.json": `{"scripts":{"start":"a"}}`}, files), settings)
		require.Equal(t, "22", plan.Versions["node"], name)
		require.Contains(t, plan.Reason, "asks for 22.11.0, and the registry has no image node:22.11.0-slim, so that it is the newest release of this line.")
	}

	for why, files := range map[string]map[string]string{
		"Yarn 1 refuses another":                  {"package.json": app, "yarn.lock": detecttest.EmptyYarn1},
		"engine-strict in .npmrc refuses another": {"package.json": app, ".npmrc": "engine-strict=true\n"},
		"npm refuses another":                     {"package.json": `{"scripts":{"start":"a"},"devEngines":{"runtime":{"name":"node","version":"22.11.0"}}}`},
	} {
		detectors.RequireError(t, files, settings, "package.json asks for Node 22.11.0, and the registry has no image node:22.11.0-slim, and "+why+
			". Change it to the newest of a line, such as 24.x, or add a Dockerfile: there are 18, 20, 22, 24.")
		detectors.RequirePlan(t, files, buildplan.Settings{})
	}
}

func TestNodeVersion_ThatIsNotToBeHad_NamesThoseThatAre(t *testing.T) {
	t.Parallel()

	settings := buildplan.Settings{BaseImages: buildplan.DefaultBaseImages().Without(
		"docker.io/library/node:17-slim", "docker.io/library/node:23.1.0-slim", "docker.io/library/node:19.0.0-slim")}

	for file, content := range map[string]string{
		".nvmrc": "17", ".node-version": "v23.1.0", ".tool-versions": "nodejs 19.0.0", "package.json": `{"scripts":{"start":"a"},"engines":{"node":">=17 <18"}}`,
	} {
		files := detecttest.With(detecttest.ServerApp, map[string]string{"package-lock.json": "{}", "package.json": `{"scripts":{"start":"a"}}`, file: content})
		detectors.RequireError(t, files, settings, "asks for", "and the registry has no image node:", "there are 18, 20, 22, 24, 26.")
	}

	detectors.RequireError(t, detecttest.With(detecttest.ServerApp, map[string]string{"package.json": `{"scripts":{"start":"a"},"engines":{"node":"new"}}`}), buildplan.Settings{},
		`engines.node in package.json is "new", which is not a range of versions`)
	detectors.RequireError(t, detecttest.With(detecttest.ServerApp, map[string]string{".nvmrc": "lts/iron"}), buildplan.Settings{BaseImages: buildplan.BaseImages{
		buildplan.RuntimeNode: {Default: "24", Images: map[string]string{"24": "node:24"}},
	}}, ".nvmrc asks for Node lts/iron, which is not to be had here.", "there are 24.")
}

func TestNodeVersion_OfAWorkspace_StandsInTheAppOrAtTheTop(t *testing.T) {
	t.Parallel()

	files := map[string]string{
		"package.json": `{"workspaces":["apps/*"],"engines":{"node":"20"}}`, "apps/web/package.json": `{"scripts":{"start":"node a.js"}}`,
	}
	settings := buildplan.Settings{RootDirectory: "apps/web"}

	require.Equal(t, "20", detectors.RequirePlan(t, files, settings).Versions["node"])

	files["apps/web/package.json"] = `{"scripts":{"start":"node a.js"},"engines":{"node":"22"}}`
	require.Equal(t, "22", detectors.RequirePlan(t, files, settings).Versions["node"])
}
