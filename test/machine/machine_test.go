package machine_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/internal/doctor"
)

// TestNode_OnAMachineOfItsOwn is the life of a node: each part goes on where the one before has ended, since a machine takes long to start.
func TestNode_OnAMachineOfItsOwn(t *testing.T) {
	b := setup(t)

	story := []struct {
		name string
		part func(t *testing.T, b *testBundle)
	}{
		{"Doctor_TellsWhatTheMachineHas", doctorIsRight},
		{"Join_WrongToken_ChangesNothing", joinWithWrongToken},
		{"Join_ByTheScript_InstallsWhatIsMissing_AndIsSeenByTheAPI", join},
		{"Join_Again_ChangesNothing", joinAgain},
		{"VM_ServesWithItsLimits", serveVMs},
		{"Upgrade_OfTheAgent_StopsNoVM", upgrade},
		{"Restart_OfContainerd_StopsNoVM", restartContainerd},
		{"Docker_BesideTheNode_TakesNoVMOutOfReach", besideDocker},
		{"UFW_Enabled_TakesNoVMOutOfReach", besideUFW},
		{"Flush_OfAllRules_VMsAreIsolatedAgain", flush},
		{"Clock_Jumps_VMsServeOn", clockJumps},
		{"FullDisk_VMsServeOn_AndOthersStartOnceThereIsRoom", fullDisk},
		{"Reboot_EverythingRunsAgain", reboot},
		{"PowerCut_InTheMiddleOfAStart_EverythingRunsAgain", cutPower},
		{"Leave_VMsRun_IsRefused", leaveWithVMs},
		{"Leave_LeavesNoTrace", leave},
		{"Join_ByHand_BindsTheToken", joinByHand},
		{"Edge_JoinsServesAndLeavesNoTrace", edge},
	}

	for _, chapter := range story {
		if !t.Run(chapter.name, func(t *testing.T) { chapter.part(t, b) }) {
			return
		}
	}
}

func doctorIsRight(t *testing.T, b *testBundle) {
	t.Helper()

	var found struct {
		Items []doctor.Finding `json:"items"`
	}

	// It says that `up` cannot run here, where not enough of the disk is free.
	output := b.try(t, "/mnt/zeitwork", "doctor", "--json")
	require.Equal(t, 1, output.Code, output.Stderr)
	require.NoError(t, json.Unmarshal([]byte(output.Stdout), &found))

	findings := map[string]doctor.Finding{}
	for _, finding := range found.Items {
		findings[finding.Part] = finding
	}

	require.True(t, findings["root"].OK)
	require.Equal(t, "version 2", findings["cgroups"].Detail)
	require.True(t, findings["nf_tables"].OK)
	require.False(t, findings["disk"].OK)
	require.Contains(t, findings["init for VMs"].Detail, "serves on runc alone", "Docker has brought tini")
	require.False(t, findings["Kata Containers"].OK)
	require.True(t, findings["KVM"].OK, "the emulated processor has SVM: %s", findings["KVM"].Detail)
}

// settings are those of a node that runs trusted code on runc, and that edges reach by the link.
func settings() []string {
	return []string{
		"ZEITWORK_REGISTRY_INSECURE=true",
		"ZEITWORK_NODE_RUNTIME=io.containerd.runc.v2", "ZEITWORK_NODE_ALLOW_RUNC=true", "ZEITWORK_NODE_INGRESS_INTERFACES=eth0",
	}
}

func joinWithWrongToken(t *testing.T, b *testBundle) {
	t.Helper()

	for wrong, says := range map[string]string{"another-token": "does not take this token", "zwj_another": "This one-time token is not valid."} {
		output := b.tryWith(t, wrong, byHand()...)
		require.NotZero(t, output.Code)
		require.Contains(t, output.Stderr, says)
		require.Empty(t, b.traces(t))
	}

	require.NotZero(t, b.try(t, "dpkg", "--status", "catatonit").Code)
}

func join(t *testing.T, b *testBundle) {
	t.Helper()

	output := b.try(t, "sh", "-c", byScript())
	require.Zero(t, output.Code, output.Stderr)
	t.Log(output.Stderr)

	require.Equal(t, "first", b.platform.toldVersion(), "the API has a report when join ends")
	require.Equal(t, "active", b.run(t, "systemctl", "is-active", "zeitwork-nodeagent"))
	require.Equal(t, "enabled", b.run(t, "systemctl", "is-enabled", "zeitwork-nodeagent"))

	for _, secret := range []string{"/etc/zeitwork/nodeagent.env", "/etc/zeitwork/nodeagent.key"} {
		require.Equal(t, "600 root", b.run(t, "stat", "--format=%a %U", secret))
	}

	require.NotContains(t, b.run(t, "systemctl", "show", "zeitwork-nodeagent"), boundToken)
	b.run(t, "dpkg", "--status", "catatonit")
}

// byScript is the command that an operator is shown, with what this machine is to have beside.
func byScript() string {
	return "curl -fsSL http://" + apiHost + "/install/node | ZEITWORK_JOIN_TOKEN=" + oneTimeToken + " sh -s -- " + strings.Join(settings(), " ")
}

// byHand is the command for a machine to which the binary was copied. It reads the token.
func byHand() []string {
	return append([]string{"/mnt/zeitwork", "node", "join", "ZEITWORK_API_URL=http://" + apiHost, "ZEITWORK_REGISTRY_HOST=" + registryHost}, settings()...)
}

func joinAgain(t *testing.T, b *testBundle) {
	t.Helper()

	before := b.agentProcess(t)
	require.Zero(t, b.try(t, "/mnt/zeitwork", "node", "join").Code, "it keeps the settings and the token")
	require.Equal(t, before, b.agentProcess(t))

	b.run(t, "/mnt/zeitwork", "node", "join", "--new-key")
	require.NotEqual(t, before, b.agentProcess(t))
	require.Contains(t, b.run(t, "ls", "/etc/zeitwork"), "nodeagent-2.key")
	require.NotContains(t, b.run(t, "ls", "/etc/zeitwork"), "nodeagent.key", "the key before is gone")
	b.run(t, "sh", "-c", byScript())
	before = b.agentProcess(t)

	output := b.try(t, "/mnt/zeitwork", "node", "join", "ZEITWORK_NODE_INGRES_INTERFACES=eth1")
	require.NotZero(t, output.Code)
	require.Contains(t, output.Stderr, "nodeagent has no setting ZEITWORK_NODE_INGRES_INTERFACES")
	require.Equal(t, before, b.agentProcess(t))
}

func serveVMs(t *testing.T, b *testBundle) {
	t.Helper()

	b.first, b.second = b.vm(), b.vm()
	b.platform.assign(b.first, b.second)
	b.platform.awaitHealthy(t, b.first, b.second)
	b.requireIsolated(t, b.first, b.second)

	process := b.process(t, b.first)
	require.Equal(t, "runc (unconfined)", b.run(t, "cat", "/proc/"+process+"/attr/current"), "AppArmor is at work")
	require.Equal(t, "67108864", b.run(t, "cat", "/proc/"+process+"/root/sys/fs/cgroup/memory.max"), "the VM sees its own cgroup")

	group := "/sys/fs/cgroup" + strings.TrimPrefix(b.run(t, "cat", "/proc/"+process+"/cgroup"), "0::")
	require.Equal(t, "67108864", b.run(t, "cat", group+"/memory.max"))
	require.Equal(t, "100", b.run(t, "cat", group+"/pids.max"))
	require.Equal(t, "50000 100000", b.run(t, "cat", group+"/cpu.max"))

	traces := strings.Join(b.traces(t), "\n")
	for _, kind := range []string{"file", "link", "route", "rule", "mount", "containerd", "cgroup", "process", "unit"} {
		require.Contains(t, traces, kind+": ", "what leave removes is seen")
	}
}

func upgrade(t *testing.T, b *testBundle) {
	t.Helper()

	before, since := b.agentProcess(t), b.since(t, b.first)
	b.run(t, "/mnt/zeitwork-next", "node", "join")
	require.NotEqual(t, before, b.agentProcess(t))
	require.Equal(t, "next", b.platform.toldVersion())

	b.platform.forget()
	b.platform.awaitHealthy(t, b.first, b.second)
	require.Equal(t, since, b.since(t, b.first), "the same VM")
}

func restartContainerd(t *testing.T, b *testBundle) {
	t.Helper()

	since := b.since(t, b.first)
	b.run(t, "systemctl", "restart", "containerd")
	require.Equal(t, since, b.since(t, b.first))

	third := b.vm()
	b.platform.assign(b.first, b.second, third)
	b.platform.forget()
	b.platform.awaitHealthy(t, b.first, b.second, third)
	require.Equal(t, since, b.since(t, b.first))
	b.platform.assign(b.first, b.second)
}

func besideDocker(t *testing.T, b *testBundle) {
	t.Helper()

	b.run(t, "systemctl", "start", "docker")
	require.Contains(t, b.run(t, "iptables", "--list-rules", "FORWARD"), "DOCKER", "its rules stand")
	b.requireReachable(t)
	b.requireIsolated(t, b.first, b.second)
}

func besideUFW(t *testing.T, b *testBundle) {
	t.Helper()

	b.run(t, "ufw", "--force", "enable")
	require.Contains(t, b.run(t, "iptables", "--list-rules", "FORWARD"), "-P FORWARD DROP")
	b.requireReachable(t)
	b.requireIsolated(t, b.first, b.second)
}

func flush(t *testing.T, b *testBundle) {
	t.Helper()

	b.run(t, "systemctl", "restart", "nftables")
	require.Eventually(t, func() bool {
		return b.try(t, "nft", "list", "table", "inet", "zeitwork-"+strings.ReplaceAll(clusterRange, "/", "-")).Code == 0
	}, 20*time.Second, time.Second, "the agent puts its rules back")
	b.requireReachable(t)
	b.requireIsolated(t, b.first, b.second)
}

func clockJumps(t *testing.T, b *testBundle) {
	t.Helper()

	since := b.since(t, b.first)

	for _, jump := range []string{"+1 day", "-2 days", "+1 day"} {
		b.run(t, "date", "--set="+jump)

		vm := b.vm()
		b.platform.assign(b.first, b.second, vm)
		b.platform.forget()
		b.platform.awaitHealthy(t, b.first, b.second, vm)
		require.Equal(t, since, b.since(t, b.first))
	}

	b.platform.assign(b.first, b.second)
}

func fullDisk(t *testing.T, b *testBundle) {
	t.Helper()

	since := b.since(t, b.first)
	b.run(t, "sh", "-c", "fallocate --length=$(df --output=avail --block-size=1 / | tail --lines=1) /filler; cat /dev/zero > /filler-rest; true")
	require.Equal(t, "0", strings.Fields(b.run(t, "df", "--output=avail", "/"))[1])

	vm := b.vm()
	b.platform.assign(b.first, b.second, vm)
	b.platform.awaitMessage(t, vm, "disk")
	require.Equal(t, since, b.since(t, b.first))

	b.run(t, "rm", "/filler", "/filler-rest")
	b.platform.awaitHealthy(t, vm)
	require.Equal(t, since, b.since(t, b.first))
	b.platform.assign(b.first, b.second)
}

func reboot(t *testing.T, b *testBundle) {
	t.Helper()

	since := b.since(t, b.first)
	b.restart(t)
	// What was told before the machine ended is no longer true.
	b.platform.forget()
	b.platform.awaitHealthy(t, b.first, b.second)
	require.NotEqual(t, since, b.since(t, b.first))
	b.requireIsolated(t, b.first, b.second)
}

func cutPower(t *testing.T, b *testBundle) {
	t.Helper()

	starting := []client.AssignedVM{b.first, b.second, b.vm(), b.vm(), b.vm()}
	b.platform.forget()
	b.platform.assign(starting...)
	// The last one to be told of has begun to start.
	b.platform.await(t, starting[4], "anything", func(r client.VMReport) bool { return r.State != "" })
	require.NoError(t, b.machine.CutPower())

	b.platform.forget()
	b.start(t)
	b.platform.awaitHealthy(t, starting...)
	b.requireIsolated(t, b.first, b.second)
}

func leaveWithVMs(t *testing.T, b *testBundle) {
	t.Helper()

	since := b.since(t, b.first)
	output := b.try(t, "zeitwork", "node", "leave")
	require.NotZero(t, output.Code)
	require.Contains(t, output.Stderr, "drain the node first")
	require.Equal(t, since, b.since(t, b.first))
}

func leave(t *testing.T, b *testBundle) {
	t.Helper()

	b.run(t, "zeitwork", "node", "leave", "--stop-vms")
	require.Empty(t, b.traces(t))
	require.Equal(t, "active", b.run(t, "systemctl", "is-active", "containerd"))
	b.run(t, "/mnt/zeitwork", "node", "leave")
}

func joinByHand(t *testing.T, b *testBundle) {
	t.Helper()

	b.platform.unbind()
	require.Zero(t, b.tryWith(t, token+"\n", byHand()...).Code)
	require.Contains(t, b.run(t, "cat", "/etc/zeitwork/nodeagent.env"), "ZEITWORK_NODE_TOKEN="+boundToken)
	b.run(t, "zeitwork", "node", "leave", "--stop-vms")
	require.Empty(t, b.traces(t))
}

// agentProcess returns the id of the agent's process.
func (b *testBundle) agentProcess(t *testing.T) string {
	t.Helper()

	return b.run(t, "systemctl", "show", "--property=MainPID", "--value", "zeitwork-nodeagent")
}

// process returns the id of the VM's first process, as the machine sees it.
func (b *testBundle) process(t *testing.T, vm client.AssignedVM) string {
	t.Helper()

	for line := range strings.Lines(b.run(t, "ctr", "--namespace=zeitwork", "tasks", "list")) {
		fields := strings.Fields(line)
		if len(fields) > 1 && fields[0] == vm.ID.String() {
			return fields[1]
		}
	}

	require.FailNow(t, "containerd has no task of the VM")

	return ""
}

// requireReachable requires that the VMs are reached from outside, a moment after something has changed the machine's rules.
func (b *testBundle) requireReachable(t *testing.T) {
	t.Helper()

	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()

	for _, vm := range []client.AssignedVM{b.first, b.second} {
		for {
			_, _, err := b.get(ctx, vm, "/")
			if err == nil {
				break
			}

			require.NotErrorIs(t, ctx.Err(), context.DeadlineExceeded, err)
		}
	}
}
