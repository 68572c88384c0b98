package detect

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestDockerignore_OfTheSource_IsHonoured(t *testing.T) {
	t.Parallel()

	plan := detectTree(t, with(serverApp, map[string]string{".dockerignore": "node_modules\n.npmrc\n", ".npmrc": "a=b"}), Settings{})
	require.Empty(t, plan.Dockerignore)
	require.NotContains(t, plan.Dockerfile, ".npmrc")
}

func TestDockerignore_ThatLeavesOutWhatIsNeeded_IsExplained(t *testing.T) {
	t.Parallel()

	for rules, name := range map[string]string{"*.json\n!package-lock.json": "package.json", "*\n!package.json\n!src": "package-lock.json"} {
		detectError(t, with(serverApp, map[string]string{".dockerignore": rules}), Settings{},
			".dockerignore leaves out "+name+", without which dependencies cannot be installed", "add !"+name+" below it")
	}

	detectError(t, with(serverApp, map[string]string{".dockerignore": "[\n"}), Settings{}, ".dockerignore cannot be read")
}

func TestDockerignore_OfAWorkspace_StandsAtItsTop(t *testing.T) {
	t.Parallel()

	files := map[string]string{
		"package.json": `{"workspaces":["apps/*"]}`, "apps/web/package.json": `{"scripts":{"start":"node a.js"}}`, "apps/web/.dockerignore": "package.json",
	}
	settings := Settings{RootDirectory: "apps/web"}

	require.Equal(t, nodeDockerignore, detectTree(t, files, settings).Dockerignore)

	files[".dockerignore"] = "apps"
	detectError(t, files, settings, ".dockerignore leaves out apps/web/package.json")
}
