package activities

import (
	"maps"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/activities/detect/buildplan"
)

// packageThatBuilds is a package whose program leaves what a framework's build leaves. It comes out of the source, so that nothing is downloaded.
func packageThatBuilds(name, program string) map[string]string {
	return map[string]string{
		"tools/" + name + "/package.json": `{"name":"` + name + `","version":"16.4.5"}`,
		"tools/" + name + "/bin/" + name + ".js": "const fs = require('fs'), path = require('path')\n" +
			"const write = (name, text) => { fs.mkdirSync(path.dirname(name), { recursive: true }); fs.writeFileSync(name, text) }\n" + program,
	}
}

func TestNode_WhatTheConfigurationLeavesOpen_IsTakenFromWhatTheBuildMade(t *testing.T) {
	t.Parallel()

	const server = "require('http').createServer((_, response) => response.end(process.env.WORD ?? 'it answers')).listen(process.env.PORT)"

	for name, test := range map[string]struct {
		manifest string
		files    []map[string]string
		// answers are the bodies by path.
		answers map[string]string
	}{
		"a standalone server below the top of what it traces": {
			`{"scripts":{"build":"node node_modules/next/bin/next.js build"},"dependencies":{"next":"file:./tools/next"}}`,
			[]map[string]string{
				{"next.config.mjs": "import path from 'node:path'\nexport default { outputFileTracingRoot: path.join(import.meta.dirname, '../') }"},
				packageThatBuilds("next", `write('.next/required-server-files.json', JSON.stringify({ relativeAppDir: 'app' })); write('.next/static/a.js', '')
					write('.next/standalone/app/.next/BUILD_ID', ''); write('.next/standalone/app/server.js', `+"`"+server+"`)"),
			},
			map[string]string{"/": "it answers"},
		},
		"a page for addresses that only browsers know": {
			`{"scripts":{"build":"node node_modules/nuxt/bin/nuxt.js generate"},"dependencies":{"nuxt":"file:./tools/nuxt"}}`,
			[]map[string]string{
				{"nuxt.config.ts": "export default defineNuxtConfig({ ssr: false })"},
				packageThatBuilds("nuxt", "for (const name of ['index', '200', '404']) write('.output/public/' + name + '.html', name)"),
			},
			map[string]string{"/": "index", "/items/7": "200"},
		},
		"a site in a directory, and below a path, that only the build knows": {
			`{"scripts":{"build":"node node_modules/vite/bin/vite.js build"},"devDependencies":{"vite":"file:./tools/vite"}}`,
			[]map[string]string{
				{"vite.config.ts": "import options from 'options'\nexport default { base: options.base, build: { outDir: options.outDir } }", "docs/index.html": "source"},
				packageThatBuilds("vite", `write('made/web/index.html', '<script type="module" src="/shop/assets/a.js"></script>'); write('made/web/assets/a.js', 'script')`),
			},
			map[string]string{"/": `<script type="module" src="/shop/assets/a.js"></script>`, "/shop/assets/a.js": "script"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			files := map[string]string{"package.json": test.manifest}
			for _, some := range test.files {
				maps.Copy(files, some)
			}

			_, image := setupFrameworks(t).buildTree(t, writeTree(t, files), buildplan.Settings{Variables: []string{}})
			running := runImage(t, image)
			t.Cleanup(running.kill)

			for path, body := range test.answers {
				response, answered := running.get(t, http.MethodGet, path)
				require.Equal(t, http.StatusOK, response.StatusCode)
				require.Equal(t, body, answered)
			}
		})
	}
}
