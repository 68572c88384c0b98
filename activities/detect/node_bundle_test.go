package detect

import (
	"encoding/json"
	"maps"
	"testing"

	"github.com/stretchr/testify/require"
)

// npmLockOf is a package-lock.json with those packages, by name.
func npmLockOf(versions map[string]string) string {
	packages := map[string]npmPackage{"": {}}
	for name, version := range versions {
		packages["node_modules/"+name] = npmPackage{Version: version}
	}

	text, _ := json.Marshal(npmLock{Version: 3, Packages: packages}) //nolint:errchkjson // Strings always encode.

	return string(text)
}

// with returns the files with others in their place.
func with(files map[string]string, others ...map[string]string) map[string]string {
	all := maps.Clone(files)
	for _, some := range others {
		maps.Copy(all, some)
	}

	return all
}

// nextApp and its like are the least that is known by detection.
var (
	nextApp = map[string]string{
		"package.json":      `{"scripts":{"build":"next build","start":"next start"},"dependencies":{"next":"^16.4.0"}}`,
		"package-lock.json": npmLockOf(map[string]string{"next": "16.4.5"}),
		"app/page.tsx":      "",
	}
	nuxtApp = map[string]string{
		"package.json":      `{"scripts":{"build":"nuxt build","postinstall":"nuxt prepare"},"dependencies":{"nuxt":"^4.5.0"}}`,
		"package-lock.json": npmLockOf(map[string]string{"nuxt": "4.5.2"}),
		"nuxt.config.ts":    "export default defineNuxtConfig({})",
	}
	viteApp = map[string]string{
		"package.json":      `{"scripts":{"dev":"vite","build":"vite build","preview":"vite preview"},"devDependencies":{"vite":"^8.0.0"}}`,
		"package-lock.json": npmLockOf(map[string]string{"vite": "8.3.8"}),
		"index.html":        "",
	}
	serverApp = map[string]string{
		"package.json":      `{"scripts":{"start":"node server.js"},"dependencies":{"express":"^5.0.0"}}`,
		"package-lock.json": npmLockOf(map[string]string{"express": "5.1.0"}),
	}
)

// detectTree requires that there is a plan whose Dockerfile can be built.
func detectTree(t *testing.T, files map[string]string, settings Settings) Plan {
	t.Helper()

	plan, err := Detect(newTree(t, files), settings)
	require.NoError(t, err)

	if plan.Dockerfile != "" {
		parsed, err := parseDockerfile("Dockerfile", []byte(plan.Dockerfile))
		require.NoError(t, err)
		require.Contains(t, parsed.exposed, plan.Port)
	}

	return plan
}

// detectError requires that the user can mend what keeps the tree from being built, and is told so.
func detectError(t *testing.T, files map[string]string, settings Settings, words ...string) {
	t.Helper()

	_, err := Detect(newTree(t, files), settings)
	requireUsers(t, err, words...)
}
