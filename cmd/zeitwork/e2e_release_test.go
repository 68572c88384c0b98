package main_test

import (
	"strings"
	"testing"
	"time"

	"github.com/samber/lo"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/client"
)

func TestRelease_RunsInTheImageBeforeTheDeploymentServes(t *testing.T) {
	t.Parallel()

	p := startPlatform(t)
	project := p.project(t, newRepository(t, serving("released")), func(b *client.CreateProjectInputBody) {
		b.ReleaseCommand = new(`ls server.js && echo "$GREETING as $(id -u) on port ${PORT:-none}"`)
	})
	p.setVariable(t, project, "GREETING", "migrating")

	d := p.live(t, project)
	p.answers(t, project, "released")
	require.Contains(t, lo.Map(*d.Timeline, func(s client.StepAttempt, _ int) string { return s.Step }), "release")

	lines := p.runtimeLines(t, d.ID)
	require.Contains(t, lines, "server.js", "it stands in the image's own folder")
	require.True(t, lo.SomeBy(lines, func(line string) bool {
		return strings.HasPrefix(line, "migrating as ") && strings.HasSuffix(line, " on port none")
	}), "%v", lines)

	release, ok := lo.Find(*d.VMS, func(vm client.VM) bool { return vm.Kind == client.VMKindRelease })
	require.True(t, ok)
	require.Zero(t, *release.ExitCode)
	require.Eventually(t, func() bool {
		vm, _ := lo.Find(*p.deployment(t, d.ID).VMS, func(vm client.VM) bool { return vm.ID == release.ID })

		return vm.State == "removed"
	}, time.Minute, 50*time.Millisecond, "it is not removed")
}

func TestRelease_EndsWithExitCode3_FailsAndTheOlderOneServesOn(t *testing.T) {
	t.Parallel()

	p := startPlatform(t)
	r := newRepository(t, serving("older"))
	project := p.project(t, r)
	p.live(t, project)

	code, _, stderr := p.command(t, "projects", "set", project.Slug, "--release-command", "echo no such table >&2; exit 3")
	require.Equal(t, exitOK, code, stderr)

	r.push(serving("newer"))
	d := p.failed(t, project)
	require.Contains(t, d.Error.Message, "The release command `echo no such table >&2; exit 3` ended with exit code 3.")
	require.Equal(t, []string{"no such table"}, *d.Error.Output)
	p.nothingLeft(t, d.ID)
	p.answers(t, project, "older")

	code, stdout, stderr := p.command(t, "projects", "set", project.Slug, "--release-command", "")
	require.Equal(t, exitOK, code, stderr)
	require.Regexp(t, `Release command +none`, stdout)
	p.live(t, project)
	p.answers(t, project, "newer")

	code, _, stderr = p.command(t, "projects", "set", project.Slug)
	require.Equal(t, exitUsage, code)
	require.Contains(t, stderr, "nothing to change")
}
