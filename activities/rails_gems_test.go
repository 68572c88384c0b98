package activities

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"os"
	"path"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/test/fixtures"
	"github.com/zeitwork/zeitwork/test/rig"
)

// bundledStyles are what cssbundling-rails adds to an app, with a compiler that depends on nothing else.
func bundledStyles() map[string]string {
	return map[string]string{
		"package.json": `{"private":true,"scripts":{"build:css":"node build.mjs"},"dependencies":{"stylis":"4.4.0"}}`,
		"package-lock.json": `{"lockfileVersion":3,"requires":true,"packages":{"":{"dependencies":{"stylis":"4.4.0"}},"node_modules/stylis":{"version":"4.4.0",` +
			`"integrity":"sha512-5Z9ZpRzfuH6l/UAvCPAPUo3665Nk2wLaZU3x+TLHKVzIz33+sbJqbtrYoC3KD4/uVOr2Zp+L0LySezP9OHV9yA=="}}}`,
		"build.mjs": `import { writeFileSync } from "node:fs"
import { compile, serialize, stringify } from "stylis"

writeFileSync("app/assets/builds/bundled.css", serialize(compile("main { h1 { color: teal } }"), stringify))
`,
		"app/assets/builds/.keep": "",
	}
}

// Some gems are compiled when they are installed. Those of Debian are compiled already, so that one of our own stands for them there: it is
// linked with what they are linked with.
func TestRails_WithNativeGemsAndBundledStyles_IsAnImageWithNoCompilerAndNoNode(t *testing.T) {
	t.Parallel()

	app := &exampleApp{builderBundle: setupFrameworks(t), repository: newRepository(t, nil)}
	require.NoError(t, fixtures.WriteVendoredRails(t.Context(), app.repository.directory, rig.CacheDir(), "pg", "mysql2", "cssbundling-rails"))
	app.repository.write(bundledStyles())
	app.repository.write(map[string]string{"vendor/cache/clients-1.0.0.gem": packGem(t, "testdata/clients")})
	app.replace(t, "Gemfile", `gem "rails"`, "gem \"clients\"\ngem \"rails\"")
	app.replace(t, "Gemfile.lock", "  specs:\n", "  specs:\n    clients (1.0.0)\n")
	app.replace(t, "Gemfile.lock", "DEPENDENCIES\n", "DEPENDENCIES\n  clients\n")
	app.replace(t, "app/views/layouts/application.html.erb", `"application"`, `"bundled"`)
	app.asIfMadeOnWindows(t)

	built := app.build(t)
	require.Contains(t, built.log, "Installing clients 1.0.0 with native extensions")

	image := app.image(t, ImageRepository(app.project), built.Digest)
	for file := range sizesOf(t, image) {
		require.NotContains(t, []string{"node", "npm-cli.js", "libpq-fe.h", "mysql.h", "cc1"}, path.Base(file), file)
	}

	running := runImage(t, image, "SECRET_KEY_BASE=secret")
	require.NoError(t, running.exec("bin/rails", "runner", `exit Gem.loaded_specs["billing"].files.include?("lib/billing.rb")`), running.log())
	require.NoError(t, running.exec("bundle", "exec", "ruby", "-e",
		`%w[pg mysql2 clients].each { |gem| require gem }; exit Clients.versions == [PG.library_version, Mysql2::Client.info[:id]]`), running.log())

	_, page := running.get(t, http.MethodGet, "/", "X-Forwarded-Proto", "https")
	stylesheet := regexp.MustCompile(`/assets/bundled-\w+\.css`).FindString(page)
	require.NotEmpty(t, stylesheet, page)

	_, styles := running.get(t, http.MethodGet, stylesheet, "X-Forwarded-Proto", "https")
	require.Equal(t, "main h1{color:teal;}", styles)
}

// asIfMadeOnWindows adds a gem that asks git for its files, and leaves bin/rails as Windows does.
func (e *exampleApp) asIfMadeOnWindows(t *testing.T) {
	t.Helper()

	e.repository.write(map[string]string{
		"engines/billing/lib/billing.rb": "module Billing; end\n",
		"engines/billing/billing.gemspec": "Gem::Specification.new do |s|\n  s.name = 'billing'\n  s.version = '0.1.0'\n  s.summary = 'bills'\n  s.authors = ['acme']\n" +
			"  s.files = `git ls-files -z`.split(\"\\x0\")\nend\n",
	})
	e.replace(t, "Gemfile", `gem "rails"`, "gem \"billing\", path: \"engines/billing\"\ngem \"rails\"")
	e.replace(t, "Gemfile.lock", "GEM\n", "PATH\n  remote: engines/billing\n  specs:\n    billing (0.1.0)\n\nGEM\n")
	e.replace(t, "Gemfile.lock", "DEPENDENCIES\n", "DEPENDENCIES\n  billing!\n")

	script, err := os.ReadFile(e.repository.path("bin/rails"))
	require.NoError(t, err)

	windows := strings.NewReplacer("\n", "\r\n", "env ruby", "env ruby.exe").Replace(string(script))
	require.NoError(t, os.WriteFile(e.repository.path("bin/rails"), []byte(windows), 0o600))
	require.NoError(t, os.Chmod(e.repository.path("bin/rails"), 0o600))
}

// packGem makes a gem of a directory with its specification, as gem build does.
func packGem(t *testing.T, directory string) string {
	t.Helper()

	specification, err := os.ReadFile(path.Join(directory, "metadata.yaml"))
	require.NoError(t, err)

	var files, gem bytes.Buffer

	writer := tar.NewWriter(&files)
	require.NoError(t, writer.AddFS(os.DirFS(directory)))
	require.NoError(t, writer.Close())

	writer = tar.NewWriter(&gem)

	for _, part := range []struct {
		name    string
		content io.Reader
	}{{"metadata.gz", bytes.NewReader(specification)}, {"data.tar.gz", &files}} {
		var compressed strings.Builder

		compressor := gzip.NewWriter(&compressed)
		_, err := io.Copy(compressor, part.content)
		require.NoError(t, err)
		require.NoError(t, compressor.Close())

		require.NoError(t, writer.WriteHeader(&tar.Header{Name: part.name, Mode: 0o644, Size: int64(compressed.Len())}))
		_, err = io.WriteString(writer, compressed.String())
		require.NoError(t, err)
	}

	require.NoError(t, writer.Close())

	return gem.String()
}
