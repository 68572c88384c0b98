package project_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/activities/detect/buildplan"
	"github.com/zeitwork/zeitwork/activities/detect/detecttest"
	"github.com/zeitwork/zeitwork/activities/detect/node"
)

var withNextJS = detecttest.Detectors{node.DetectNextJS, node.DetectServer}

func TestBrowser_OfPuppeteer_IsDebiansChromium(t *testing.T) {
	t.Parallel()

	for name, files := range map[string]map[string]string{
		"itself": {"package.json": `{"scripts":{"start":"node a.js"},"dependencies":{"puppeteer":"*"}}`},
		"by another package": {
			"package.json":      `{"scripts":{"start":"node a.js"},"dependencies":{"whatsapp-web.js":"1.0.0"}}`,
			"package-lock.json": `{"lockfileVersion":3,"packages":{"":{"dependencies":{"whatsapp-web.js":"1.0.0"}},"node_modules/whatsapp-web.js":{"version":"1.0.0","dependencies":{"puppeteer":"24.0.0"}},"node_modules/puppeteer":{"version":"24.0.0"}}}`,
		},
		"Next.js": {"package.json": `{"scripts":{"build":"next build"},"dependencies":{"next":"16.0.0","puppeteer":"*"}}`},
	} {
		plan := withNextJS.RequirePlan(t, files, buildplan.Settings{})
		require.Contains(t, plan.Dockerfile, "ENV PUPPETEER_SKIP_DOWNLOAD=true\n", name)
		require.Contains(t, plan.Dockerfile, "--no-install-recommends chromium fonts-liberation && \\\n", name)
		require.Contains(t, plan.Dockerfile, "\nENV PUPPETEER_EXECUTABLE_PATH=/usr/bin/chromium\nENV NODE_ENV=production", name)
		require.Contains(t, plan.Reason, "drives Debian's Chromium", name)
	}

	for _, manifest := range []string{
		`{"scripts":{"start":"node a.js"},"devDependencies":{"puppeteer":"*"}}`, `{"scripts":{"start":"node a.js"},"dependencies":{"puppeteer-core":"*"}}`,
	} {
		plan := detectors.RequirePlan(t, map[string]string{"package.json": manifest}, buildplan.Settings{})
		require.NotContains(t, plan.Dockerfile, "chromium", "tests drive it, or another browser")
	}
}

func TestBrowser_ThatAScriptInstallsForPlaywright_ComesWithItsLibraries(t *testing.T) {
	t.Parallel()

	const libraries = "PATH=/mnt/node_modules/.bin:/mnt/node_modules/.bin:$PATH playwright install-deps"

	for scripts, lines := range map[string][]string{
		`"postinstall":"playwright install chromium"`: {
			"ENV PLAYWRIGHT_BROWSERS_PATH=/app/.playwright\n", libraries + " chromium\nENV PLAYWRIGHT_BROWSERS_PATH=/app/.playwright\nENV NODE_ENV=production", "COPY --from=dependencies --chown=node:node /app ./\n",
		},
		`"postinstall":"npx playwright install --with-deps"`: {libraries + "\n"},
		`"build":"playwright install firefox && tsc"`:        {libraries + " firefox\n", "COPY --from=build --chown=node:node /app ./\n"},
	} {
		plan := detectors.RequirePlan(t, map[string]string{
			"package.json": `{"name":"app","scripts":{"start":"node a.js",` + scripts + `},"dependencies":{"playwright":"1.60.0"}}`,
		}, buildplan.Settings{})

		for _, line := range lines {
			require.Contains(t, plan.Dockerfile, line)
		}

		require.Contains(t, plan.Reason, "Playwright's browser is in the image")
	}

	plan := withNextJS.RequirePlan(t, map[string]string{
		"package.json": `{"scripts":{"build":"next build","postinstall":"playwright install chromium"},"dependencies":{"next":"16.0.0","playwright":"1.60.0"}}`,
	}, buildplan.Settings{})
	require.Contains(t, plan.Dockerfile, "/output/app ./\nCOPY --from=build --chown=node:node /app/.playwright ./.playwright\nEXPOSE")

	plan = detectors.RequirePlan(t, map[string]string{"package.json": `{"scripts":{"start":"node a.js"},"dependencies":{"playwright":"*"}}`}, buildplan.Settings{})
	require.Contains(t, plan.Reason, `add "postinstall": "playwright install chromium" to the scripts of package.json`)
	require.NotContains(t, plan.Dockerfile, "playwright")

	plan = detectors.RequirePlan(t, map[string]string{"package.json": `{"scripts":{"start":"node a.js"},"devDependencies":{"@playwright/test":"*","playwright":"*"}}`}, buildplan.Settings{})
	require.NotContains(t, plan.Reason, "laywright")
}
