package edgeproxy

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestNormalizeHost_FindsOneFormForAllSpellings(t *testing.T) {
	t.Parallel()

	for given, want := range map[string]string{
		"demo.example.com":      "demo.example.com",
		"Demo.Example.COM":      "demo.example.com",
		"demo.example.com.":     "demo.example.com",
		"demo.example.com:8080": "demo.example.com",
		"DEMO.example.com.:80":  "demo.example.com",
		"demo.example.com:":     "demo.example.com",
		"xn--bcher-kva.example": "xn--bcher-kva.example",
		"my_app.example.com":    "my_app.example.com",
		"127.0.0.1:8080":        "127.0.0.1",
		"[::1]:8080":            "::1",
		"[2001:DB8::1]":         "2001:db8::1",
	} {
		got, err := normalizeHost(given)
		require.NoError(t, err, given)
		require.Equal(t, want, got, given)
	}
}

func TestNormalizeHost_RefusesWhatIsNoHostname(t *testing.T) {
	t.Parallel()

	for _, given := range []string{
		"", ".", "..", ":80", "a..b", ".a", "a.b..", "a b", "a/b", "user@host", "host:80:80", "host:http", "host:-1", "host:123456",
		"bücher.example", "a%2eb", "a\x00b", "<script>", "[::1", "[::1]x", "[::1]:x", "[fe80::1%eth0]", "[127.0.0.1]", "::1",
		strings.Repeat("a", maxLabel+1) + ".com", strings.Repeat("a.", maxHostname/2) + "com",
	} {
		_, err := normalizeHost(given)
		require.Error(t, err, "%q", given)
	}
}

func FuzzNormalizeHost_IsIdempotent(f *testing.F) {
	f.Add("Demo.Example.com.:80")
	f.Add("[::1]:80")
	f.Fuzz(func(t *testing.T, host string) {
		once, err := normalizeHost(host)
		if err != nil || strings.Contains(once, ":") {
			return
		}

		twice, err := normalizeHost(once)
		require.NoError(t, err)
		require.Equal(t, once, twice)
	})
}
