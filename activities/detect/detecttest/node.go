package detecttest

import (
	"encoding/json"

	"github.com/zeitwork/zeitwork/activities/detect/lockfile"
)

// NPMLock is a package-lock.json with those packages, by name.
func NPMLock(versions map[string]string) string {
	const lockfileVersion = 3

	packages := map[string]any{"": map[string]any{}}
	for name, version := range versions {
		packages["node_modules/"+name] = map[string]string{"version": version}
	}

	text, _ := json.Marshal(map[string]any{"lockfileVersion": lockfileVersion, "packages": packages}) //nolint:errchkjson // Strings always encode.

	return string(text)
}

// NextApp and its like have the least that detection knows them by. Tests that change one take a copy by With.
var (
	NextApp = map[string]string{
		"package.json":           `{"scripts":{"build":"next build","start":"next start"},"dependencies":{"next":"^16.4.0"}}`,
		lockfile.PackageLockName: NPMLock(map[string]string{"next": "16.4.5"}),
		"app/page.tsx":           "",
	}
	NuxtApp = map[string]string{
		"package.json":           `{"scripts":{"build":"nuxt build","postinstall":"nuxt prepare"},"dependencies":{"nuxt":"^4.5.0"}}`,
		lockfile.PackageLockName: NPMLock(map[string]string{"nuxt": "4.5.2"}),
		"nuxt.config.ts":         "export default defineNuxtConfig({})",
	}
	ViteApp = map[string]string{
		"package.json":           `{"scripts":{"dev":"vite","build":"vite build","preview":"vite preview"},"devDependencies":{"vite":"^8.0.0"}}`,
		lockfile.PackageLockName: NPMLock(map[string]string{"vite": "8.3.8"}),
		"index.html":             "",
	}
	ServerApp = map[string]string{
		"package.json":           `{"scripts":{"start":"node server.js"},"dependencies":{"express":"^5.0.0"}}`,
		lockfile.PackageLockName: NPMLock(map[string]string{"express": "5.1.0"}),
	}
)
