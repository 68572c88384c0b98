package ruby

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/activities/detect/buildplan"
	"github.com/zeitwork/zeitwork/activities/detect/detecttest"
)

func TestRailsNode_IsThereOnlyForAppsThatNeedIt(t *testing.T) {
	t.Parallel()

	const manifest = `{"scripts":{"build":"x"}}`

	for name, test := range map[string]struct {
		gems    []string
		files   map[string]string
		with    []string
		without []string
	}{
		"npm": {
			[]string{"cssbundling-rails (1.4.1)", "propshaft (1.1.0)"},
			map[string]string{"package.json": manifest, "package-lock.json": `{"lockfileVersion":3,"packages":{"":{}}}`, ".node-version": "22"},
			[]string{
				"FROM docker.io/library/node:22-trixie-slim AS node\n", "COPY --parents package.json package-lock.json ./\n",
				"target=/root/.npm,sharing=locked npm ci --no-audit --no-fund\n", "rm -rf node_modules",
			},
			[]string{"--global"},
		},
		"bun": {
			[]string{"jsbundling-rails (1.3.1)", "propshaft (1.1.0)"},
			map[string]string{"package.json": manifest, "bun.lock": `{"lockfileVersion":1,"workspaces":{"":{}},"packages":{}}`},
			[]string{" bun@1\n", "bun install --frozen-lockfile"},
			nil,
		},
		"yarn that the source brings": {
			[]string{"jsbundling-rails (1.3.1)", "propshaft (1.1.0)"},
			map[string]string{
				"package.json": manifest, "yarn.lock": "__metadata:\n  version: 8\n", ".yarnrc.yml": "yarnPath: .yarn/releases/yarn-4.5.3.cjs\n",
				".yarn/releases/yarn-4.5.3.cjs": "",
			},
			[]string{" --force yarn@1\n", " yarn install --immutable\n", "COPY --parents package.json yarn.lock .yarnrc.yml .yarn ./\n"},
			[]string{"/app"},
		},
		"vite": {
			[]string{"vite_ruby (3.9.1)"},
			map[string]string{"package.json": manifest, "package-lock.json": `{"lockfileVersion":3,"packages":{"":{}}}`},
			[]string{"\nARG VITE_TITLE\nRUN ", "ruby bin/rails assets:precompile"},
			[]string{"ARG OTHER"},
		},
		"package.json for tools alone": {
			[]string{"importmap-rails (2.1.0)", "propshaft (1.1.0)"}, map[string]string{"package.json": `{"devDependencies":{"prettier":"3"}}`}, nil, []string{"node"},
		},
		"execjs": {
			[]string{"autoprefixer-rails (10.4.19)", "execjs (2.10.0)"}, nil,
			[]string{"/usr/local/lib/libjemalloc.so && \\\n    groupadd --gid 1000 rails && useradd --uid 1000 --gid 1000 --create-home rails\nCOPY --from=node /usr/local/bin/node"},
			[]string{"npm"},
		},
		"execjs with a runtime of its own": {[]string{"execjs (2.10.0)", "mini_racer (0.16.0)"}, nil, nil, []string{"node"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			tree := detecttest.RailsTree("8.0.1", append(test.gems, "puma (6.5.0)"), test.files)
			plan, err := detectors.Detect(t, tree, buildplan.Settings{Variables: []string{"SECRET_KEY_BASE", "VITE_TITLE", "OTHER"}})
			require.NoError(t, err)

			for _, words := range test.with {
				require.Contains(t, plan.Dockerfile, words)
			}

			for _, words := range test.without {
				require.NotContains(t, plan.Dockerfile, words)
			}
		})
	}
}

func TestRailsNode_WorkspaceAboveTheApp_IsRefused(t *testing.T) {
	t.Parallel()

	tree := map[string]string{
		"package.json": `{"workspaces":["apps/*"]}`, "package-lock.json": `{"lockfileVersion":3,"packages":{"":{"workspaces":["apps/*"]},"apps/web":{}}}`,
		"apps/web/package.json": `{"name":"web"}`,
	}
	for name, content := range detecttest.RailsTree("8.0.1", []string{"jsbundling-rails (1)", "propshaft (1)", "puma (6)"}, nil) {
		tree["apps/web/"+name] = content
	}

	_, err := detectors.Detect(t, tree, buildplan.Settings{RootDirectory: "apps/web"})
	detecttest.RequireUsers(t, err, "part of a workspace above the Rails app")
}
