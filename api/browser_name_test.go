package api

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestBrowserName_IsWhatPeopleCallIt(t *testing.T) {
	t.Parallel()

	for agent, name := range map[string]string{
		"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36":                          "Chrome on Linux",
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36 Edg/131.0":      "Edge on Windows",
		"Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:133.0) Gecko/20100101 Firefox/133.0":                                           "Firefox on a Mac",
		"Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile Safari/604": "Safari on an iPhone",
		"curl/8.5.0": "curl/8.5.0",
		"":           "A browser without a name",
	} {
		require.Equal(t, name, browserName(agent))
	}
}
