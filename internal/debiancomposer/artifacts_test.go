package debiancomposer

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestWrite_MakesTheFrameworkAndEverythingItRequires(t *testing.T) {
	for _, program := range []string{"apt-get", "dpkg-deb"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skip("making composer packages needs " + program)
		}
	}

	cache := os.Getenv("ZEITWORK_CACHE_DIR")
	if cache == "" {
		cache = "/var/cache/zeitwork"
	}

	app := newApp(t)
	require.NoError(t, Write(t.Context(), cache, app))

	archives, err := filepath.Glob(filepath.Join(app, "artifacts", "*.zip"))
	require.NoError(t, err)

	packages := map[string]composerPackage{}

	for _, archive := range archives {
		one, err := readManifest(archive)
		require.NoError(t, err)

		packages[one.Name] = one
	}

	framework := packages["laravel/framework"]
	require.Regexp(t, `^10\.\d+\.\d+$`, framework.Version)
	require.Contains(t, framework.Autoload.Files, "src/Illuminate/Foundation/helpers.php")
	require.Equal(t, "*", framework.Require["ext-mbstring"])
	require.Equal(t, "self.version", framework.Replace["illuminate/support"])

	for _, one := range packages {
		for name := range one.Require {
			if name != "php" && name[:4] != "ext-" {
				require.Contains(t, packages, name, "required by %s", one.Name)
			}
		}
	}

	text, err := os.ReadFile(filepath.Join(app, "composer.lock"))
	require.NoError(t, err)

	var lock struct {
		ContentHash string            `json:"content-hash"`
		Platform    map[string]string `json:"platform"`
		Packages    []lockedPackage   `json:"packages"`
	}

	require.NoError(t, json.Unmarshal(text, &lock))
	require.Equal(t, "abc", lock.ContentHash)
	require.Equal(t, map[string]string{"php": "^8.1"}, lock.Platform)
	require.Len(t, lock.Packages, len(packages))

	for _, one := range lock.Packages {
		require.Equal(t, packages[one.Name].Version, one.Version, one.Name)
		require.Equal(t, packages[one.Name].Require, one.Require, one.Name)
		require.FileExists(t, filepath.Join(app, one.Dist.URL))
	}
}

// newApp returns an app whose lockfile is of another day: it has another version of one package, and one that Debian no longer has.
func newApp(t *testing.T) string {
	t.Helper()

	app := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(app, "composer.lock"), []byte(`{"content-hash":"abc","packages":[
		{"name":"laravel/framework","version":"10.0.0","dist":{"type":"zip","url":"artifacts/laravel-framework.zip"}},
		{"name":"acme/gone","version":"1.0.0","dist":{"type":"zip","url":"artifacts/acme-gone.zip"}}
	],"platform":{"php":"^8.1"},"platform-dev":[]}`), 0o600))

	return app
}

func TestComposerName_OfDebianPackages(t *testing.T) {
	t.Parallel()

	for debian, want := range map[string]string{
		"php-symfony-console": "symfony/console", "php-monolog": "monolog/monolog", "php-illuminate-view": "laravel/framework",
		"php-laravel-framework": "laravel/framework", "php-fruitcake-php-cors": "fruitcake/php-cors",
		"php-common": "", "php-mbstring": "", "libc6": "", "<php-psr-log-implementation>": "", "  Depends: php-psr-log": "", "php8.4-intl": "",
	} {
		name, ok := composerName(debian)
		require.Equal(t, want != "", ok, debian)

		if ok {
			require.Equal(t, want, name)
		}
	}
}

func TestUpstreamVersion_IsWithoutWhatDebianAdds(t *testing.T) {
	t.Parallel()

	for version, want := range map[string]string{"10.48.29+dfsg-1": "10.48.29", "2.0.5-3": "2.0.5", "1:3.0~rc1-1": "3.0", "1.2": "1.2"} {
		require.Equal(t, want, upstreamVersion(version))
	}
}
