package main_test

import (
	"encoding/base64"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/examples"
	"github.com/zeitwork/zeitwork/test/fixtures"
	"github.com/zeitwork/zeitwork/test/fixtures/npm"
	"github.com/zeitwork/zeitwork/test/rig"
)

func TestFramework_BadInput_TheFailedDeploymentSaysWhatToChange(t *testing.T) {
	t.Parallel()

	node := func(dir string) error { return examples.Write(dir, "node", examples.NPM) }

	for name, test := range map[string]struct {
		write func(dir string) error
		// path, before and after are the change that makes it fail: a text of the file, and what takes its place. Without before, after is a new file.
		path, before, after string
		words               []string
		// installs tells that packages are installed from npm's registry before it fails.
		installs bool
	}{
		"lockfile out of step": {
			node, "package.json", `"hono": "^4.9.0"`, `"hono": "^3.0.0"`, []string{"package-lock.json", "hono", "npm install"}, false,
		},
		"two lockfiles": {
			node, "yarn.lock", "", "# yarn lockfile v1\n", []string{"package-lock.json and yarn.lock", "Delete all but", "packageManager"}, false,
		},
		"unknown version of Node": {
			node, "package.json", `"node": "22.x"`, `"node": "12.x"`, []string{"engines.node", "12.x", "22, 24"}, false,
		},
		"no start script": {
			node, "package.json", `"start"`, `"begin"`, []string{`"start"`, "package.json"}, false,
		},
		"start script whose dependency is missing": {
			node, "package.json", `"build": "tsc"`, `"build": "tsc && missing-tool"`, []string{"missing-tool", "package.json"}, true,
		},
		"version of PHP that is not to be had": {
			func(dir string) error { return fixtures.WriteLaravel(t.Context(), dir, rig.CacheDir()) },
			"composer.json", `"php": "^8.1"`, `"php": "~7.4.0"`, []string{"PHP", "~7.4.0", "8.4"}, false,
		},
		"release of Ruby that is not to be had": {
			func(dir string) error { return fixtures.WriteRails(t.Context(), dir, rig.CacheDir()) },
			"Gemfile", `gem "rails"`, "ruby \"3.3.99\"\ngem \"rails\"", []string{"The Gemfile insists on Ruby 3.3.99", "no image ruby:3.3.99-slim", `ruby "~> 3.3.0"`}, false,
		},
		"nothing that is known": {
			func(dir string) error { return os.WriteFile(filepath.Join(dir, "main.py"), nil, 0o600) }, "README", "", "x",
			[]string{"no Dockerfile", "package.json", "index.html"}, false,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			if test.installs {
				npm.Need(t)
			}

			p := startPlatform(t)
			r := newRepository(t, app{})
			require.NoError(t, test.write(r.Dir))

			if test.before == "" {
				r.push(app{test.path: test.after})
			} else {
				r.edit(test.path, test.before, test.after)
			}

			project := p.project(t, r)
			p.setVariable(t, project, "APP_KEY", "base64:"+base64.StdEncoding.EncodeToString(make([]byte, 32)))
			p.setVariable(t, project, "SECRET_KEY_BASE", "secret")

			message := p.failed(t, project).Error.Message
			for _, word := range test.words {
				require.Contains(t, message, word)
			}

			require.True(t, strings.HasSuffix(message, "."), message)
		})
	}
}
