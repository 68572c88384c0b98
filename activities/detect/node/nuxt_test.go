package node

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/activities/detect/buildplan"
	"github.com/zeitwork/zeitwork/activities/detect/detecttest"
)

func TestNuxt_IsBuiltToAServerOfItsOwn(t *testing.T) {
	t.Parallel()

	plan := detectors.RequirePlan(t, detecttest.NuxtApp, buildplan.Settings{Variables: []string{"NUXT_PUBLIC_API", "NUXT_SECRET"}, Port: 3000})
	detecttest.RequireGolden(t, "nuxt.Dockerfile", plan.Dockerfile)

	plan.Dockerfile, plan.Missing = "", nil
	require.Equal(t, buildplan.Plan{
		Framework: buildplan.FrameworkNuxt,
		Reason:    "package.json depends on nuxt 4.5.2. It is built to a server of its own (.output). Node 24: the default. npm: package-lock.json.",
		Versions:  map[string]string{"nuxt": "4.5.2", "node": "24"}, Port: 3000, Dockerignore: nodeDockerignore,
		Arguments: []string{"NUXT_PUBLIC_API"}, Secrets: []string{},
	}, plan)
}

func TestNuxt_ConfigurationAndScriptsDecideWhatIsServed(t *testing.T) {
	t.Parallel()

	generated := map[string]string{"package.json": `{"scripts":{"build":"nuxt generate"},"dependencies":{"nuxt":"^4.5.0"}}`}

	for name, test := range map[string]struct {
		files map[string]string
		line  string
	}{
		"generated":                    {generated, " mv .output/public /output/site\n"},
		"static preset":                {map[string]string{"nuxt.config.ts": "export default defineNuxtConfig({ nitro: { preset: 'static' } })"}, " mv .output/public /output/site\n"},
		"preset of a server":           {map[string]string{"nuxt.config.ts": "export default defineNuxtConfig({ nitro: { preset: \"node-cluster\" } })"}, "ENV NITRO_PRESET=node-cluster\n"},
		"preset in comments":           {map[string]string{"nuxt.config.ts": "// preset: 'vercel'\nexport default defineNuxtConfig({})"}, "ENV NITRO_PRESET=node-server\n"},
		"preset of a module":           {map[string]string{"nuxt.config.ts": "export default defineNuxtConfig({ pwa: { pwaAssets: { preset: 'minimal-2023' } } })"}, "ENV NITRO_PRESET=node-server\n"},
		"preset by a variable":         {map[string]string{"nuxt.config.ts": "export default defineNuxtConfig({ nitro: { preset: process.env.VERCEL ? 'vercel' : 'node-cluster' } })"}, "ENV NITRO_PRESET=node-cluster\n"},
		"preset by the script":         {map[string]string{"package.json": `{"scripts":{"build":"NITRO_PRESET=static nuxt build"},"dependencies":{"nuxt":"^4.5.0"}}`}, " mv .output/public /output/site\n"},
		"generated, by another script": {map[string]string{"package.json": `{"scripts":{"build":"npm run generate","generate":"nuxt generate"},"dependencies":{"nuxt":"^4.5.0"}}`}, " mv .output/public /output/site\n"},
		"generated below a path":       {detecttest.With(generated, map[string]string{"nuxt.config.ts": "export default defineNuxtConfig({ app: { baseURL: '/docs/' } })"}), "/srv/www/docs\n"},
		"generated without a server":   {detecttest.With(generated, map[string]string{"nuxt.config.ts": "export default defineNuxtConfig({ ssr: false })"}), "try_files /200.html =404"},
		"something before the server":  {map[string]string{"package.json": `{"scripts":{"build":"nuxt build","start":"node migrate.js && node .output/server/index.mjs"},"dependencies":{"nuxt":"^4.5.0"}}`}, `CMD ["npm", "start"]`},
		"started as it is by default":  {map[string]string{"package.json": `{"scripts":{"build":"nuxt build","start":"node .output/server/index.mjs"},"dependencies":{"nuxt":"^4.5.0"}}`}, `CMD ["node", "server/index.mjs"]`},
		"no build script":              {map[string]string{"package.json": `{"dependencies":{"nuxt":"^4.5.0"}}`}, " npx nuxt build && "},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			plan := detectors.RequirePlan(t, detecttest.With(detecttest.NuxtApp, test.files), buildplan.Settings{})
			require.Equal(t, buildplan.FrameworkNuxt, plan.Framework)
			require.Contains(t, plan.Dockerfile, test.line)
		})
	}

	require.NotContains(t, detectors.RequirePlan(t, detecttest.With(detecttest.NuxtApp, generated), buildplan.Settings{}).Dockerfile, "200.html")

	detectors.RequireError(t, detecttest.With(detecttest.NuxtApp, map[string]string{"nuxt.config.ts": "export default { nitro: { preset: 'vercel' } }"}), buildplan.Settings{},
		`Nitro's preset to "vercel"`, "set it to node-server or static")
}

func TestNuxt_2_IsAServerLikeAnyOther(t *testing.T) {
	t.Parallel()

	plan := detectors.RequirePlan(t, map[string]string{
		"package.json":      `{"scripts":{"build":"nuxt build","start":"nuxt start"},"dependencies":{"nuxt":"^2.15.0"}}`,
		"package-lock.json": detecttest.NPMLock(map[string]string{"nuxt": "2.15.8"}),
	}, buildplan.Settings{})
	require.Equal(t, buildplan.FrameworkNode, plan.Framework)
	require.Contains(t, plan.Dockerfile, `CMD ["npm", "start"]`)
}
