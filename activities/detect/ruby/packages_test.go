package ruby

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/activities/detect/detecttest"
	"github.com/zeitwork/zeitwork/activities/detect/lockfile"
)

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

			lock := lockfile.ParseGemfile("GEM\n  specs:\n" + test.specs + "\nDEPENDENCIES\n" + test.dependencies)
			app := railsApp{tree: detecttest.OpenTree(t, test.more), lock: lock}
			build, run := app.packages(nil)
			require.Equal(t, test.build, build)
			require.Equal(t, test.run, run)
		})
	}
}
