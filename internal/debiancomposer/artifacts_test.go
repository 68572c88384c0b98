package debiancomposer

import (
	"archive/zip"
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

	directory := filepath.Join(t.TempDir(), "artifacts")
	require.NoError(t, Write(t.Context(), cache, directory))

	archives, err := filepath.Glob(filepath.Join(directory, "*.zip"))
	require.NoError(t, err)

	packages := map[string]composerPackage{}

	for _, archive := range archives {
		one := manifestOf(t, archive)
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
}

func manifestOf(t *testing.T, archive string) composerPackage {
	t.Helper()

	reader, err := zip.OpenReader(archive)
	require.NoError(t, err)

	defer func() { require.NoError(t, reader.Close()) }()

	for _, file := range reader.File {
		if filepath.Base(file.Name) != "composer.json" {
			continue
		}

		content, err := file.Open()
		require.NoError(t, err)

		var one composerPackage

		require.NoError(t, json.NewDecoder(content).Decode(&one))

		return one
	}

	t.Fatalf("%s has no composer.json", archive)

	return composerPackage{}
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
