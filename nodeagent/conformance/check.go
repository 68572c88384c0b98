package conformance

import (
	"context"
	"fmt"

	"github.com/samber/lo"
)

// Check is one thing that is looked at.
type Check struct {
	Name string
	// Looks says in half a sentence what it looks at.
	Looks string

	run func(ctx context.Context, t *trial) outcome
	// alone tells that no other check may run at the same time.
	alone bool
}

// Checks are all checks, in their order. The first one must pass for the others to run.
func Checks() []Check {
	return []Check{
		{Name: "start", Looks: "a VM is pulled, started and reported healthy", run: checkStart, alone: true},
		{Name: "kernel", Looks: "it has a kernel of its own", run: checkKernel},
		{Name: "privileges", Looks: "its app has few capabilities, and its system calls are filtered", run: checkPrivileges},
		{Name: "address", Looks: "it has its address and its name, and no other", run: checkAddress},
		{Name: "dns", Looks: "the nameservers answer it", run: checkDNS},
		{Name: "egress", Looks: "it reaches the internet (a stand-in) by the node's address", run: checkEgress},
		{Name: "internet", Looks: "it reaches what --internet names", run: checkInternet},
		{Name: "ingress", Looks: "edges reach its app, and nothing comes in elsewhere", run: checkIngress},
		{Name: "isolation", Looks: "it reaches no VM, node, edge, private range or metadata", run: checkIsolation},
		{Name: "spoofing", Looks: "nothing leaves it from an address that is not its own", run: checkSpoofing},
		{Name: "ipv6", Looks: "nothing leaves it by IPv6", run: checkIPv6},
		{Name: "guest-memory", Looks: "it sees as much memory as it was assigned", run: checkGuestMemory},
		{Name: "processor", Looks: "it computes no more than its share", run: checkProcessor},
		{Name: "memory", Looks: "an app over its memory is ended, and reported as such", run: checkMemory},
		{Name: "processes", Looks: "it cannot start more processes than its limit", run: checkProcesses},
		{Name: "disk", Looks: "it cannot fill the node's disk", run: checkDisk},
		{Name: "stop", Looks: "a stopped app gets SIGTERM and answers its requests", run: checkStop},
		{Name: "kill", Looks: "one that does not end is killed after its grace period", run: checkKill},
		{Name: "crash", Looks: "one that crashes ten times starts again in a fresh network", run: checkCrash},
		{Name: "hung", Looks: "one that no longer answers is started again", run: checkHung},
		{Name: "logs", Looks: "lines of both streams arrive, within bounds", run: checkLogs},
		{Name: "release", Looks: "a release command runs once, and its exit code is told", run: checkRelease},
		{Name: "agent-killed", Looks: "the agent is killed while a VM serves; the next adopts it", run: checkAgentKilled, alone: true},
		{Name: "containerd-killed", Looks: "so is containerd, where --restart-containerd allows it", run: checkContainerdKilled, alone: true},
		{Name: "many", Looks: "--vms VMs start at once; how long they take is printed", run: checkMany, alone: true},
		{Name: "removal", Looks: "nothing of any VM is left: files, links, rules, processes", run: checkRemoval, alone: true},
	}
}

// choose returns the checks of those names, or all where there are none. The first one and the last are always among them.
func choose(names []string) ([]Check, error) {
	all := Checks()

	known := lo.Map(all, func(c Check, _ int) string { return c.Name })
	if unknown, _ := lo.Difference(names, known); len(unknown) > 0 {
		return nil, fmt.Errorf("there is no check %q: `zeitwork node conformance --help` lists them", unknown[0])
	}

	if len(names) == 0 {
		return all, nil
	}

	return lo.Filter(all, func(c Check, i int) bool { return i == 0 || i == len(all)-1 || lo.Contains(names, c.Name) }), nil
}
