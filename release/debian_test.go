package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestDebianPackage_HasTheServices_AndIsTheSameEachTime(t *testing.T) {
	t.Parallel()

	nfpm, err := exec.LookPath("nfpm")
	if err != nil {
		t.Skip("needs nfpm: go run ./test/env -only release go test ./release")
	}

	if _, err := exec.LookPath("dpkg-deb"); err != nil {
		t.Skip("needs a machine with dpkg")
	}

	r, _ := testRelease(t)
	binary := filepath.Join(t.TempDir(), "zeitwork")
	require.NoError(t, os.WriteFile(binary, []byte("a program"), 0o700))

	sums := map[string]bool{}

	for range 2 {
		r.out = t.TempDir()
		require.NoError(t, r.debianPackage(t.Context(), nfpm, binary, "arm64"))

		sum, err := sumOf(filepath.Join(r.out, "zeitwork_1.2.3~rc.1_arm64.deb"))
		require.NoError(t, err)

		sums[sum] = true
	}

	require.Len(t, sums, 1)

	archive := filepath.Join(r.out, "zeitwork_1.2.3~rc.1_arm64.deb")
	require.Contains(t, runs(t, "dpkg-deb", "--field", archive), "Architecture: arm64\n")

	listed := runs(t, "dpkg-deb", "--contents", archive)
	for _, line := range []string{
		`-rwxr-xr-x (root/root|0/0) .* ./usr/bin/zeitwork`,
		`-rw-r--r-- (root/root|0/0) .* ./usr/lib/systemd/system/zeitwork-nodeagent.service`,
		`-rw-r--r-- (root/root|0/0) .* ./usr/lib/systemd/system/zeitwork-edgeproxy.service`,
		`-rw-r--r-- (root/root|0/0) .* ./usr/share/doc/zeitwork/copyright`,
	} {
		require.Regexp(t, line, listed)
	}

	unpacked := t.TempDir()
	runs(t, "dpkg-deb", "--control", archive, unpacked)

	for _, script := range []string{"postinst", "prerm", "postrm"} {
		runs(t, "sh", "-n", filepath.Join(unpacked, script))
	}
}

// The services of node agent and edge proxy are those of `zeitwork node join` and `zeitwork edge join`, with the package's binary.
// The sandbox of the node agent is not held against a number: VMs need what it may.
func TestServices_AreWhatSystemdUnderstands_AndKeptFromWhatTheyDoNotNeed(t *testing.T) {
	t.Parallel()

	if _, err := exec.LookPath("systemd-analyze"); err != nil {
		t.Skip("needs systemd-analyze, of systemd 252 or newer")
	}

	r, _ := testRelease(t)
	files, err := r.debianFiles()
	require.NoError(t, err)

	folder, services := t.TempDir(), 0

	for place, content := range files {
		if filepath.Ext(place) != ".service" {
			continue
		}

		services++

		name := filepath.Base(place)
		require.Contains(t, string(content), "ExecStart="+packagedProgram+" "+strings.TrimSuffix(strings.TrimPrefix(name, "zeitwork-"), ".service")+"\n", name)
		require.Contains(t, string(content), "ConditionPathExists=/etc/zeitwork/", "%s starts only with its settings", name)
		require.NotContains(t, string(content), "\nProcSubset=pid", "%s reads /proc/sys and /proc/stat", name)

		// The program is not installed on this machine.
		file := filepath.Join(folder, name)
		require.NoError(t, os.WriteFile(file, []byte(strings.ReplaceAll(string(content), packagedProgram, "/bin/true")), 0o600))

		output, err := exec.CommandContext(t.Context(), "systemd-analyze", "verify", "--man=no", file).CombinedOutput()
		require.NoError(t, err, string(output))

		for line := range strings.Lines(string(output)) {
			require.NotContains(t, line, name, "systemd complains")
		}

		if most := map[string]string{"zeitwork-edgeproxy.service": "20", "zeitwork-api.service": "15", "zeitwork-worker.service": "15"}[name]; most != "" {
			runs(t, "systemd-analyze", "security", "--offline=true", "--no-pager", "--threshold="+most, file)
		}
	}

	require.Equal(t, 5, services)
}

func TestRemoval_StopsTheServicesOfThePackage_ButNoneThatNodeJoinWrote(t *testing.T) {
	t.Parallel()

	script, err := units.ReadFile("units/prerm")
	require.NoError(t, err)

	folder := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(folder, "zeitwork-nodeagent.service"), nil, 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(folder, "systemctl"), []byte("#!/bin/sh\necho \"$*\"\n"), 0o700))

	here := strings.NewReplacer("/run/systemd/system", folder, "/etc/systemd/system", folder).Replace(string(script))
	removal := exec.CommandContext(t.Context(), "sh", "-c", here, "prerm", "remove")
	removal.Env = []string{"PATH=" + folder + ":/usr/bin:/bin"}
	output, err := removal.CombinedOutput()
	require.NoError(t, err, string(output))
	require.Equal(t, []string{
		"disable --now --quiet zeitwork-edgeproxy.service", "disable --now --quiet zeitwork-builder.service",
		"disable --now --quiet zeitwork-api.service", "disable --now --quiet zeitwork-worker.service",
	}, strings.Split(strings.TrimSpace(string(output)), "\n"))
}

func runs(t *testing.T, program string, arguments ...string) string {
	t.Helper()

	output, err := exec.CommandContext(t.Context(), program, arguments...).CombinedOutput()
	require.NoError(t, err, string(output))

	return string(output)
}
