package detect

import (
	"testing"

	"github.com/stretchr/testify/require"
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
			map[string]string{"package.json": manifest, "package-lock.json": `{"lockfileVersion":3,"packages":{"":{}}}`, ".node-version": "22.11.0"},
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

			tree := railsTree("8.0.1", append(test.gems, "puma (6.5.0)"), test.files)
			plan, err := Detect(newTree(t, tree), Settings{Variables: []string{"SECRET_KEY_BASE", "VITE_TITLE", "OTHER"}})
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
	for name, content := range railsTree("8.0.1", []string{"jsbundling-rails (1)", "propshaft (1)", "puma (6)"}, nil) {
		tree["apps/web/"+name] = content
	}

	_, err := Detect(newTree(t, tree), Settings{RootDirectory: "apps/web"})
	requireUsers(t, err, "part of a workspace above the Rails app")
}

func TestRailsPackages_FollowTheGems(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct {
		specs, dependencies string
		more                map[string]string
		build, run          []string
	}{
		"variants for Linux": {
			specs: "    nokogiri (1.18.2-x86_64-linux-gnu)\n    sqlite3 (2.5.0-arm64-darwin)\n    sqlite3 (2.5.0-x86_64-linux-gnu)\n",
			build: []string{"build-essential", "pkg-config"}, run: []string{"libjemalloc2"},
		},
		"variants for other platforms": {
			specs: "    nokogiri (1.18.2)\n    nokogiri (1.18.2-arm64-darwin)\n    sqlite3 (2.5.0)\n    sqlite3 (2.5.0-x86_64-linux-musl)\n",
			build: []string{"build-essential", "libsqlite3-dev", "libxml2-dev", "libxslt1-dev", "pkg-config", "zlib1g-dev"},
			run:   []string{"libjemalloc2", "libsqlite3-0", "libxml2", "libxslt1.1"},
		},
		"images by libvips": {
			specs: "    image_processing (1.13.0)\n    mini_magick (5.0.1)\n    ruby-vips (2.2.2)\n", dependencies: "  image_processing\n",
			build: []string{"build-essential", "libvips42", "pkg-config"}, run: []string{"libjemalloc2", "libvips42"},
		},
		"library that is loaded with the app": {
			specs: "    ethon (0.16.0)\n    typhoeus (1.4.0)\n", dependencies: "  typhoeus\n",
			build: []string{"build-essential", "libcurl4", "pkg-config"}, run: []string{"libcurl4", "libjemalloc2"},
		},
		"OpenSSL": {
			specs: "    hiredis-client (0.22.0)\n    openssl (3.3.0)\n    trilogy (2.9.0)\n",
			build: []string{"build-essential", "libssl-dev", "pkg-config"}, run: []string{"libjemalloc2"},
		},
		"images by ImageMagick": {
			specs: "    mini_magick (5.0.1)\n", dependencies: "  mini_magick\n",
			build: []string{"build-essential", "pkg-config"}, run: []string{"imagemagick", "libjemalloc2"},
		},
		"schema in SQL": {
			specs: "    pg (1.5.9)\n", more: map[string]string{"db/structure.sql": ""},
			build: []string{"build-essential", "libpq-dev", "pkg-config"}, run: []string{"libjemalloc2", "libpq5", "postgresql-client"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			files, err := openSource(newTree(t, test.more), "")
			require.NoError(t, err)
			t.Cleanup(files.close)

			app := railsApp{tree: files, lock: parseGemLock("GEM\n  specs:\n" + test.specs + "\nDEPENDENCIES\n" + test.dependencies)}
			build, run := app.packages()
			require.Equal(t, test.build, build)
			require.Equal(t, test.run, run)
		})
	}
}
