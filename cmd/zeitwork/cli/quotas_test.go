package cli

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestOrganisationQuotas_ShowsUseAndLimits(t *testing.T) {
	t.Parallel()

	f := newFakeAPI(t, acme(map[string]string{
		"GET /v1/organisations/" + acmeID + "/quotas": `{"projects":{"limit":100,"used":3},"domains":{"limit":200,"used":0},"builds":{"limit":2,"used":1},
			"instances":{"limit":50,"used":7},"cpu_millis":{"limit":50000,"used":7500},"memory_bytes":{"limit":107374182400,"used":3758096384},
			"log_bytes_per_minute":{"limit":67108864,"used":2048},"requests_per_minute":{"limit":12000,"used":12}}`,
	}))
	b := signedInTo(t, f)

	require.Equal(t, ExitOK, b.run(t, "organisations", "quotas"), b.err.String())
	require.Equal(t, `QUOTA              USED     LIMIT
projects           3        100
custom domains     0        200
builds at once     1        2
instances          7        50
processors         7.5      50
memory             3.5 GiB  100 GiB
logs a minute      2 KiB    64 MiB
requests a minute  12       12000
`, b.out.String())

	require.Equal(t, ExitUsage, b.run(t, "organisations", "quotas", "other"))
}

func TestQuotas_SetChangesWhatFlagsName(t *testing.T) {
	t.Parallel()

	const settings = `{"set":{"builds":4,"projects":7},"limits":{"projects":7,"domains":200,"builds":4,"instances":50,"cpu_millis":50000,"memory_bytes":107374182400,
		"log_bytes_per_minute":67108864,"requests_per_minute":12000}}`

	f := newFakeAPI(t, map[string]string{
		"GET /v1/quotas": settings, "PUT /v1/quotas": settings, "GET /v1/quotas/acme": settings, "PUT /v1/quotas/acme": settings,
	})
	b := signedInTo(t, f)

	require.Equal(t, ExitOK, b.run(t, "quotas"), b.err.String())
	require.Contains(t, b.out.String(), "builds at once     4        4\n")
	require.Contains(t, b.out.String(), "instances          default  50\n")

	require.Equal(t, ExitOK, b.run(t, "quotas", "set", "--organisation", "acme", "--builds", "default", "--memory-mib", "2048", "--log-kib", "1024"), b.err.String())
	require.JSONEq(t, `{"projects":7,"memory_bytes":2147483648,"log_bytes_per_minute":1048576}`, f.sent("PUT /v1/quotas/acme")[0])

	require.Equal(t, ExitOK, b.run(t, "quotas", "set", "--instances", "0"), b.err.String())
	require.JSONEq(t, `{"projects":7,"builds":4,"instances":0}`, f.sent("PUT /v1/quotas")[0])

	require.Equal(t, ExitUsage, b.run(t, "quotas", "set"))
	require.Equal(t, ExitUsage, b.run(t, "quotas", "set", "--builds", "-1"))
	require.Contains(t, b.err.String(), `"-1" is neither a number from 0 to 10000 nor the word default`)
	require.Equal(t, ExitUsage, b.run(t, "quotas", "set", "--requests", "0"))
}
