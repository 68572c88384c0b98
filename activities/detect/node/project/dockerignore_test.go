package project_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/activities/detect/buildplan"
	"github.com/zeitwork/zeitwork/activities/detect/detecttest"
)

func TestDockerignore_OfTheSource_IsHonoured(t *testing.T) {
	t.Parallel()

	plan := detectors.RequirePlan(t, detecttest.With(detecttest.ServerApp, map[string]string{".dockerignore": "node_modules\n.npmrc\n", ".npmrc": "a=b"}), buildplan.Settings{})
	require.Empty(t, plan.Dockerignore)
	require.NotContains(t, plan.Dockerfile, ".npmrc")
}

func TestDockerignore_ThatLeavesOutWhatIsNeeded_IsExplained(t *testing.T) {
	t.Parallel()

	for rules, name := range map[string]string{"*.json\n!package-lock.json": "package.json", "*\n!package.json\n!src": "package-lock.json"} {
		detectors.RequireError(t, detecttest.With(detecttest.ServerApp, map[string]string{".dockerignore": rules}), buildplan.Settings{},
			".dockerignore leaves out "+name+", without which dependencies cannot be installed", "add !"+name+" below it")
	}

	detectors.RequireError(t, detecttest.With(detecttest.ServerApp, map[string]string{".dockerignore": "[\n"}), buildplan.Settings{}, ".dockerignore cannot be read")
}

func TestDockerignore_OfAWorkspace_StandsAtItsTop(t *testing.T) {
	t.Parallel()

	files := map[string]string{
		"package.json": `{"workspaces":["apps/*"]}`, "apps/web/package.json": `{"scripts":{"start":"node a.js"}}`, "apps/web/.dockerignore": "package.json",
	}
	settings := buildplan.Settings{RootDirectory: "apps/web"}

	require.Equal(t, nodeDockerignore, detectors.RequirePlan(t, files, settings).Dockerignore)

	files[".dockerignore"] = "apps"
	detectors.RequireError(t, files, settings, ".dockerignore leaves out apps/web/package.json")
}
