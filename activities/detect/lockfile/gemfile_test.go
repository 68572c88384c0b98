package lockfile_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/activities/detect/lockfile"
)

func TestParseGemfile_ReadsEverySection(t *testing.T) {
	t.Parallel()

	lock := lockfile.ParseGemfile("GIT\n  remote: https://github.com/acme/tools.git\n  specs:\n    tools (1.0)\n\nPATH\n  remote: engines/shop\n  specs:\n    shop (0.1.0)\n\n" +
		"GEM\n  remote: https://rubygems.org/\n  specs:\n    nokogiri (1.18.2)\n      racc (~> 1.4)\n    nokogiri (1.18.2-x86_64-linux-gnu)\n    pg (1.5.9)\r\n\n" +
		"PLATFORMS\n  arm64-darwin-23\n  x86_64-linux\n\nDEPENDENCIES\n  pg (~> 1.5)\n  shop!\n\nRUBY VERSION\n   ruby 3.4.1p0\n\nBUNDLED WITH\n   2.5.22\n")

	require.Equal(t, lockfile.GemfileLock{
		Gems: map[string]lockfile.Gem{
			"tools": {Version: "1.0", Platforms: []string{"ruby"}}, "shop": {Version: "0.1.0", Platforms: []string{"ruby"}},
			"nokogiri": {Version: "1.18.2", Platforms: []string{"ruby", "x86_64-linux-gnu"}}, "pg": {Version: "1.5.9", Platforms: []string{"ruby"}},
		},
		Platforms: []string{"arm64-darwin-23", "x86_64-linux"}, Dependencies: []string{"pg", "shop"},
		GemServers: []string{"https://rubygems.org/"}, GitRemotes: []string{"https://github.com/acme/tools.git"}, Paths: []string{"engines/shop"},
		Ruby: "3.4.1p0", Bundler: "2.5.22",
	}, lock)

	require.True(t, lock.ForLinux())
	require.True(t, lock.Compiles("pg"))
	require.False(t, lock.Compiles("nokogiri"), "it has a variant for Linux")
	require.False(t, lock.Compiles("puma"), "it is not there")
}

func TestGemfileLock_VariantsWithMusl_AreNotForDebian(t *testing.T) {
	t.Parallel()

	lock := lockfile.ParseGemfile("GEM\n  specs:\n    sqlite3 (2.5.0-x86_64-linux-musl)\n\nPLATFORMS\n  x86_64-linux-musl\n")
	require.False(t, lock.ForLinux())
	require.True(t, lock.Compiles("sqlite3"))
}
