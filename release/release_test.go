package main

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"aead.dev/minisign"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/local/toolchain"
)

// testRelease is a release into a folder of the test. Its binary is the test's own.
func testRelease(t *testing.T) (release, string) {
	t.Helper()

	program, err := os.Executable()
	require.NoError(t, err)

	r, err := newTestRelease()
	require.NoError(t, err)

	r.out = t.TempDir()

	return r, program
}

func newTestRelease() (release, error) {
	source, err := toolchain.SourceDir()

	return release{
		source: source, repository: "registry.example.com/zeitwork",
		identity: identity{version: firstVersion, commit: "0123456789abcdef", time: time.Date(2026, 12, 1, 8, 0, 0, 0, time.UTC)},
	}, err
}

func TestVersion_IsTheTagOrComesAfterTheLastOne(t *testing.T) {
	t.Parallel()

	const commit = "36871db0123456789abcdef"

	when := time.Date(2026, 12, 1, 8, 0, 0, 0, time.UTC)

	for _, c := range []struct {
		exact, last, version string
		dirty                bool
	}{
		{exact: "v1.2.3", last: "v1.2.3", version: "v1.2.3"},
		{exact: "v1.2.3", last: "v1.2.3", dirty: true, version: "v1.2.3+dirty"},
		{exact: "v2.0.0-rc.1", last: "v2.0.0-rc.1", version: "v2.0.0-rc.1"},
		{last: "v1.2.3", version: "v1.2.4-0.20261201080000-36871db01234"},
		{version: "v0.0.0-20261201080000-36871db01234"},
		{last: "v1beta", version: "v0.0.0-20261201080000-36871db01234"},
	} {
		version, err := versionOf(c.exact, c.last, commit, when, c.dirty)
		require.NoError(t, err)
		require.Equal(t, c.version, version)
	}

	_, err := versionOf("v1.2", "v1.2", commit, when, false)
	require.ErrorContains(t, err, "the tag v1.2 is no semantic version")
}

func TestVersion_WithoutAChapterOfChanges_IsRefused(t *testing.T) {
	t.Parallel()

	require.NoError(t, changelogNames("# Changes\n\n## Unreleased\n\n## v1.2.3 (1 December 2026)\n", "v1.2.3"))
	require.ErrorContains(t, changelogNames("# Changes\n\n## v1.2.30\n", "v1.2.3"), "CHANGELOG.md has no chapter ## v1.2.3")
}

func TestTree_SameFiles_MakeTheSameBytes(t *testing.T) {
	t.Parallel()

	when := time.Date(2026, 12, 1, 8, 0, 0, 0, time.UTC)

	write := func() []byte {
		files := tree{}
		for _, name := range []string{"usr/bin/c", "etc/b", "a"} {
			files.file(name, []byte(name))
		}

		files["bin"] = entry{link: "usr/bin"}

		var content bytes.Buffer
		require.NoError(t, files.write(&content, when))

		return content.Bytes()
	}

	first := write()
	require.Equal(t, first, write())
}

func TestSums_AreCheckedBySha256sum_AndSignedForMinisign(t *testing.T) {
	t.Parallel()

	public, private, err := minisign.GenerateKey(nil)
	require.NoError(t, err)

	plain, err := private.MarshalText()
	require.NoError(t, err)

	folder, keys := t.TempDir(), t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(folder, "zeitwork"), []byte("binary"), 0o600))

	require.NoError(t, writeSums(folder, nil))
	require.NoFileExists(t, filepath.Join(folder, signatureFile))

	file := filepath.Join(keys, "key")
	require.NoError(t, os.WriteFile(file, plain, 0o600))

	key, err := readKey(file, "")
	require.NoError(t, err)
	require.NoError(t, writeSums(folder, key))

	sums, err := os.ReadFile(filepath.Join(folder, sumsFile))
	require.NoError(t, err)
	signature, err := os.ReadFile(filepath.Join(folder, signatureFile))
	require.NoError(t, err)
	require.True(t, minisign.Verify(public, sums, signature))

	check := exec.CommandContext(t.Context(), "sha256sum", "--check", "--strict", sumsFile)
	check.Dir = folder
	output, err := check.CombinedOutput()
	require.NoError(t, err, string(output))
	require.Equal(t, "zeitwork: OK\n", string(output))
}

func TestKey_WithAPassword_AsksForIt(t *testing.T) {
	t.Parallel()

	// minisign takes a second and a gigabyte to encrypt one.
	const encrypted = "untrusted comment: minisign encrypted secret key\n" +
		"RWRTY0IyoXsEIIpFzVBdORAe1loui+nSRd+A5dbZMb5Bqjvre9wAAAACAAAAAAAAAEAAAAAARpwQ24aOXWJXpeuWVmw32Ti0Vkd9ceX72dERW9flaqV4gVWJJXouQkbMYGH0UrGDmQceurE3xIPvfokeSvevvq+AiozIRMsQ3DaxD/sx+FgjsvQ7to/zAjlHvqH5bu42O+/CZkzmA+E=\n"

	file := filepath.Join(t.TempDir(), "key")
	require.NoError(t, os.WriteFile(file, []byte(encrypted), 0o600))

	_, err := readKey(file, "")
	require.ErrorContains(t, err, "give it in ZEITWORK_RELEASE_KEY_PASSWORD")
}

func TestContents_NameModulesOfGoAndPackagesOfTheDashboard(t *testing.T) {
	t.Parallel()

	r, program := testRelease(t)
	require.NoError(t, r.writeContents("zeitwork", []string{program}, []debianPackage{{name: "git", version: "1:2.47.3-0", architecture: "amd64"}}))

	content, err := os.ReadFile(filepath.Join(r.out, "zeitwork.cdx.json"))
	require.NoError(t, err)

	var list struct {
		Components []struct {
			PURL string `json:"purl"`
		} `json:"components"`
	}

	require.NoError(t, json.Unmarshal(content, &list))

	names := make([]string, 0, len(list.Components))
	for _, component := range list.Components {
		before, _, _ := strings.Cut(component.PURL, "@")
		names = append(names, before)
	}

	for _, name := range []string{"pkg:golang/stdlib", "pkg:golang/aead.dev/minisign", "pkg:npm/react", "pkg:deb/debian/git"} {
		require.Contains(t, names, name)
	}

	require.NotContains(t, names, "pkg:npm/vite", "it builds the dashboard, and is no part of it")
}

func TestFolder_WithOtherFiles_IsNotEmptied(t *testing.T) {
	t.Parallel()

	folder := t.TempDir()
	file := filepath.Join(folder, "thesis")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	require.ErrorContains(t, emptied(folder), "is no release")
	require.FileExists(t, file)

	require.NoError(t, os.WriteFile(filepath.Join(folder, sumsFile), nil, 0o600))
	require.NoError(t, emptied(folder))
	require.NoFileExists(t, file)
}

func TestFolder_OfAReleaseThatWasCutOff_IsEmptied(t *testing.T) {
	t.Parallel()

	folder := filepath.Join(t.TempDir(), "dist")
	require.NoError(t, emptied(folder))

	file := filepath.Join(folder, "zeitwork")
	require.NoError(t, os.WriteFile(file, nil, 0o600))

	require.NoError(t, emptied(folder))
	require.NoFileExists(t, file)
}
