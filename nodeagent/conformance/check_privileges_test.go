package conformance

import (
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/zeitwork/zeitwork/nodeagent/conformance/app"
)

func TestPrivileges_MoreThanAnAppNeeds_Fail(t *testing.T) {
	t.Parallel()

	safe := app.Facts{Filtered: true, NoNewPrivileges: true, Capabilities: allowed}
	require.Equal(t, Passed, judgePrivileges(safe, true).result)

	for reason, change := range map[string]func(f *app.Facts){
		"more capabilities than it needs: 0x200000": func(f *app.Facts) { f.Capabilities |= 1 << unix.CAP_SYS_ADMIN },
		"more privileges from programs":             func(f *app.Facts) { f.NoNewPrivileges = false },
		"set disable_guest_seccomp = false":         func(f *app.Facts) { f.Filtered = false },
	} {
		facts := safe
		change(&facts)

		found := judgePrivileges(facts, true)
		require.Equal(t, Failed, found.result)
		require.Contains(t, found.reason, reason)
	}

	facts := safe
	facts.Filtered = false
	require.Contains(t, judgePrivileges(facts, false).reason, "the runtime was built without seccomp")
}
