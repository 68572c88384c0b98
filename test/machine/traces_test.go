package machine_test

import (
	"strings"
	"testing"
)

// lookForTraces writes a line for everything that a node leaves on a machine. The journal is the machine's, which keeps what services have said.
const lookForTraces = `
find / -xdev \( -path /proc -o -path /sys -o -path /var/log/journal \) -prune -o -iname '*zeitwork*' -printf 'file: %p\n'
find /run -iname '*zeitwork*' -printf 'file: %p\n'
ip -oneline link | grep zwv | sed 's/^/link: /'
ip route show table all | grep -F 10.94.0. | sed 's/^/route: /'
nft list ruleset 2>/dev/null | grep -E 'zeitwork|zwv|10\.94\.0\.' | sed 's/^/rule: /'
grep -E 'zeitwork' /proc/self/mountinfo | sed 's/^/mount: /'
ctr namespaces list --quiet | grep zeitwork | sed 's/^/containerd: namespace /'
ctr --namespace=zeitwork snapshots list 2>/dev/null | tail --lines=+2 | sed 's/^/containerd: snapshot /'
ctr --namespace=zeitwork content list --quiet 2>/dev/null | sed 's/^/containerd: content /'
find /sys/fs/cgroup -iname '*zeitwork*' -printf 'cgroup: %p\n'
ps -e -o args= | grep -E '[z]eitwork ?(nodeagent|vm-logger|$)|/[z]eitwork |namespace [z]eitwork' | sed 's/^/process: /'
systemctl list-units --all --plain --no-legend | grep -i zeitwork | sed 's/^/unit: /'
true
`

// traces returns what a node has left on the machine.
func (b *testBundle) traces(t *testing.T) []string {
	t.Helper()

	return strings.FieldsFunc(b.run(t, "sh", "-c", lookForTraces), func(r rune) bool { return r == '\n' })
}
