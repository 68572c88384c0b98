package nodeagent_test

import (
	"strings"
	"testing"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/samber/lo"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/client"
)

func TestAgent_AppThatDoesNotAnswer_IsReportedWithWhatToChange(t *testing.T) {
	t.Parallel()

	b := setup(t)
	image := pushApp(t, b.registry, nil)
	wanted := map[string]string{
		"never": "The app does not listen on port 3000. Make it listen on 0.0.0.0 and the port in the environment variable PORT.",
		"other": "The app does not listen on port 3000. It listens on port 8081. Make it listen on the port in the environment variable PORT, " +
			"which is 3000, or tell the project its port: `zeitwork projects set shop --port 8081`.",
		"localhost": "The app listens on port 3000 of localhost only. Make it listen on 0.0.0.0.",
		"500":       "The app answered GET / with status 500",
		"ipv6":      "The app listens on port 3000 by IPv6 only. Make it listen on 0.0.0.0",
	}

	vms := lo.MapValues(wanted, func(_, mode string) client.AssignedVM {
		vm := b.vm(image, mode)
		vm.Facts = &map[string]string{"ZEITWORK_PROJECT": "shop"}

		return vm
	})
	b.api.assign(lo.Values(vms)...)
	b.startAgent(t)

	for mode, message := range wanted {
		report := b.api.waitForMessage(t, vms[mode].ID, message)
		require.Equal(t, client.VMReportStateRunning, report.State, mode)
	}
}

func TestAgent_AppThatCrashes_IsStartedAgainAndReported(t *testing.T) {
	t.Parallel()

	b := setup(t)
	vm := b.vm(pushApp(t, b.registry, nil), "crash")
	b.api.assign(vm)
	b.startAgent(t)

	report := b.api.waitUntil(t, vm.ID, "crashed after a restart", func(r client.VMReport) bool {
		return r.State == client.VMReportStateCrashed && r.Restarts == 1
	})
	require.Equal(t, int64(3), *report.ExitCode)
	require.Equal(t, "The app crashed with exit code 3. Its log may say why.", *report.Message)

	lines := b.api.log(vm.ID)
	require.Len(t, lines, 2, "what the app wrote is there when its crash is told")
	require.Equal(t, "cannot find the database", lines[1].Line)
	require.Equal(t, client.ShippedLogLineStreamStderr, lines[1].Stream)
	require.Equal(t, lines[0].Sequence+1, lines[1].Sequence)

	b.stopAgent()
	b.startAgent(t)
	b.api.waitUntil(t, vm.ID, "restarts that go on behind the agent's", func(r client.VMReport) bool { return r.Restarts == 2 })
}

func TestAgent_CrashBehindABurst_ItsReasonIsInTheLogWhenItIsTold(t *testing.T) {
	t.Parallel()

	b := setup(t)
	vm := b.vm(pushApp(t, b.registry, nil), "burst")
	b.api.assign(vm)
	b.startAgent(t)
	b.api.waitFor(t, vm.ID, client.VMReportStateCrashed)

	lines := b.api.log(vm.ID)
	last := lo.LastOrEmpty(lo.Filter(lines, func(l client.ShippedLogLine, _ int) bool { return !strings.HasPrefix(l.Line, "noise") }))
	require.Equal(t, "DATABASE_URL is not set", last.Line)
	require.True(t, lo.SomeBy(lines, func(l client.ShippedLogLine) bool { return strings.Contains(l.Line, "lines were left out") }))
}

func TestAgent_AppThatChecksItsHost_IsAskedAsVisitorsAsk(t *testing.T) {
	t.Parallel()

	b := setup(t)
	image := pushApp(t, b.registry, nil)
	allowed, refused := b.vm(image, "host"), b.vm(image, "host")
	path := "/up"
	allowed.HealthPath, allowed.Origins = &path, &[]string{"https://shop.example.com", "https://shop.zeitwork.app"}
	refused.HealthPath, refused.Origins = &path, &[]string{"https://other.zeitwork.app"}

	b.api.assign(allowed, refused)
	b.startAgent(t)
	b.api.waitFor(t, allowed.ID, client.VMReportStateHealthy)
	b.api.waitForMessage(t, refused.ID, "The app answered GET /up with status 400, asked as other.zeitwork.app; a status below 400")
}

func TestAgent_EntrypointAppendsToEtc_AsInDocker(t *testing.T) {
	t.Parallel()

	b := setup(t)
	vm := b.vm(pushApp(t, b.registry, nil), "appends")
	vm.Facts = &map[string]string{"ZEITWORK_COMMIT": "c0ffee"}
	vm.Environment["ZEITWORK_COMMIT"] = "the user's"
	b.api.assign(vm)
	b.startAgent(t)

	b.api.waitFor(t, vm.ID, client.VMReportStateHealthy)

	_, hosts := get(t, vm, "/file?path=/etc/hosts")
	require.Contains(t, hosts, "127.0.0.1 localhost\n")
	require.Contains(t, hosts, "# appended\n")

	_, commit := get(t, vm, "/environment?name=ZEITWORK_COMMIT")
	require.Equal(t, "c0ffee", commit)
}

func TestAgent_AppOverItsMemory_IsReportedWithTheLimit(t *testing.T) {
	t.Parallel()

	b := setup(t)
	vm := b.vm(pushApp(t, b.registry, nil), "memory")
	b.api.assign(vm)
	b.startAgent(t)

	report := b.api.waitFor(t, vm.ID, client.VMReportStateCrashed)
	require.Equal(t, "The app was ended because it used more memory than its limit of 64 MiB. Make it use less, or raise the limit.", *report.Message)
}

func TestAgent_AppEndedByASignal_IsReportedWithIt(t *testing.T) {
	t.Parallel()

	b := setup(t)
	vm := b.vm(pushApp(t, b.registry, nil), "signal")
	b.api.assign(vm)
	b.startAgent(t)

	report := b.api.waitFor(t, vm.ID, client.VMReportStateCrashed)
	require.Contains(t, *report.Message, "exit code")
}

func TestAgent_ImageThatCannotStart_Fails(t *testing.T) {
	t.Parallel()

	b := setup(t)
	noCommand := b.vm(pushApp(t, b.registry, func(c *v1.Config) { c.Entrypoint = nil }), "")
	missing := b.vm(pushApp(t, b.registry, func(c *v1.Config) { c.Entrypoint = []string{"/nowhere"} }), "")
	nobody := b.vm(pushApp(t, b.registry, func(c *v1.Config) { c.User = "nobody-knows" }), "")
	nul := b.vm(pushApp(t, b.registry, nil), "")
	nul.Environment["BROKEN"] = "a\x00b"
	gone := b.vm(noCommand.Image[:len(noCommand.Image)-64]+"0000000000000000000000000000000000000000000000000000000000000000", "")

	b.api.assign(noCommand, missing, nobody, nul, gone)
	b.startAgent(t)

	require.Contains(t, *b.api.waitFor(t, noCommand.ID, client.VMReportStateFailed).Message, "says no command to start")
	require.Contains(t, *b.api.waitFor(t, missing.ID, client.VMReportStateCrashed).Message,
		"was not found in the image (exit code 127), and its log may say which. Check what starts the app: the start script, the Procfile, or CMD and ENTRYPOINT where it has a Dockerfile.")
	require.Contains(t, *b.api.waitFor(t, nobody.ID, client.VMReportStateFailed).Message, `starts as the user "nobody-knows"`)
	require.Contains(t, *b.api.waitFor(t, nul.ID, client.VMReportStateFailed).Message, `"BROKEN" holds a NUL character`)
	require.Contains(t, *b.api.waitFor(t, gone.ID, client.VMReportStateFailed).Message, "no longer in the registry")
}

func TestAgent_RedirectsAreAnAnswerAndAreNotFollowed(t *testing.T) {
	t.Parallel()

	b := setup(t)
	vm := b.vm(pushApp(t, b.registry, nil), "redirect")
	b.api.assign(vm)
	b.startAgent(t)
	b.api.waitFor(t, vm.ID, client.VMReportStateHealthy)
}
