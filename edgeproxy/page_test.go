package edgeproxy

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestPrefersHTML_BrowsersDoAndProgramsDoNot(t *testing.T) {
	t.Parallel()

	for accept, want := range map[string]bool{
		"text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8": true,
		"text/html":                       true,
		"application/json, text/html":     true,
		"":                                false,
		"*/*":                             false,
		"application/json":                false,
		"application/json, text/html;q=0": false,
		"application/problem+json, text/html;q=0.5": false,
		"application/json;q=0.5, text/html":         true,
		";;;":                                       false,
	} {
		require.Equal(t, want, prefersHTML([]string{accept}), accept)
	}
}

func TestPage_HTMLEscapes(t *testing.T) {
	t.Parallel()

	require.NotContains(t, string(pageAppDown.html("<script>")), "<script>")
}
