package project_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/activities/detect/buildplan"
	"github.com/zeitwork/zeitwork/activities/detect/detecttest"
)

func TestNodeVersion_IsWhatTheSourceAsksFor(t *testing.T) {
	t.Parallel()

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
		"an exact version":                {engines("22.11.0"), "22", ""},
		"a minor line":                    {engines("~20.11"), "20", ""},
		"either":                          {engines("^18 || ^20"), "20", ""},
		".nvmrc":                          {map[string]string{".nvmrc": "v22.11.0\n"}, "22", ".nvmrc asks for v22.11.0"},
		".nvmrc with a comment":           {map[string]string{".nvmrc": "# ours\n\n22 # jod\n"}, "22", ""},
		".nvmrc by name":                  {map[string]string{".nvmrc": "lts/jod"}, "22", ""},
		".nvmrc, long-term support":       {map[string]string{".nvmrc": "lts/*"}, "24", ""},
		".nvmrc, the newest":              {map[string]string{".nvmrc": "node"}, "26", ""},
		".node-version":                   {map[string]string{".node-version": "20.1.0"}, "20", ".node-version asks for 20.1.0"},
		".nvmrc before .node-version":     {map[string]string{".nvmrc": "22", ".node-version": "20"}, "22", ""},
		".tool-versions":                  {map[string]string{".tool-versions": "ruby 3.3\nnodejs 20.1.0\n"}, "20", ".tool-versions asks for 20.1.0"},
		"volta":                           {map[string]string{"package.json": `{"scripts":{"start":"a"},"volta":{"node":"20.1.0"}}`}, "20", "volta"},
		"engines leave a choice":          {detecttest.With(engines(">=20"), map[string]string{".nvmrc": "22"}), "22", ".nvmrc asks for 22"},
		"engines contradict":              {detecttest.With(engines("22.x"), map[string]string{".nvmrc": "20"}), "22", "engines.node"},
		"engines contradict what is not":  {detecttest.With(engines("22.x"), map[string]string{".nvmrc": "18"}), "22", "engines.node"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			plan := detectors.RequirePlan(t, detecttest.With(detecttest.ServerApp, map[string]string{"package-lock.json": "{}", "package.json": `{"scripts":{"start":"a"}}`}, test.files), buildplan.Settings{})
			require.Equal(t, test.version, plan.Versions["node"])
			require.Contains(t, plan.Dockerfile, "FROM docker.io/library/node:"+test.version+"-trixie-slim\n")
			require.Contains(t, plan.Reason, "Node "+test.version+": "+test.because)
		})
	}
}

func TestNodeVersion_ThatIsNotToBeHad_NamesThoseThatAre(t *testing.T) {
	t.Parallel()

	for file, content := range map[string]string{
		".nvmrc": "18", ".node-version": "v23.1.0", ".tool-versions": "nodejs 19.0.0", "package.json": `{"scripts":{"start":"a"},"engines":{"node":"<=18"}}`,
	} {
		detectors.RequireError(t, detecttest.With(detecttest.ServerApp, map[string]string{"package-lock.json": "{}", "package.json": `{"scripts":{"start":"a"}}`, file: content}), buildplan.Settings{},
			"asks for", "Change it to one of 20, 22, 24, 26.")
	}

	detectors.RequireError(t, detecttest.With(detecttest.ServerApp, map[string]string{"package.json": `{"scripts":{"start":"a"},"engines":{"node":"new"}}`}), buildplan.Settings{},
		`engines.node in package.json is "new", which is not a range of versions`)
	detectors.RequireError(t, detecttest.With(detecttest.ServerApp, map[string]string{".nvmrc": "lts/iron"}), buildplan.Settings{BaseImages: buildplan.BaseImages{
		buildplan.RuntimeNode: {Default: "24", Images: map[string]string{"24": "node:24"}},
	}}, ".nvmrc asks for Node lts/iron, which is not to be had here. Change it to one of 24.")
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
