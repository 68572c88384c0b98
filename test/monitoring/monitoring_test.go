package monitoring_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/samber/lo"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/test/fixtures/metrics"
)

const (
	folder     = "../../monitoring/"
	rules      = folder + "rules.yaml"
	dashboard  = folder + "dashboard.json"
	operations = "../../docs/OPERATIONS.md"
)

// use is what an expression asks for, as tools/prometheus tells it.
type use struct {
	Place  string   `json:"place"`
	Metric string   `json:"metric"`
	Labels []string `json:"labels"`
	Said   []string `json:"said"`
}

// ask runs the program with Prometheus' parser and engine.
func ask(t *testing.T, arguments ...string) ([]byte, error) {
	t.Helper()

	programs := os.Getenv("ZEITWORK_TEST_PROMETHEUS")
	if programs == "" {
		t.Skip("ZEITWORK_TEST_PROMETHEUS is not set: run the tests through `go tool task test`, which builds Prometheus' parser for them")
	}

	return exec.CommandContext(t.Context(), filepath.Join(programs, "rules"), arguments...).CombinedOutput()
}

func TestExpressions_AskForMetricsAndLabelsThatAreServed(t *testing.T) {
	t.Parallel()

	output, err := ask(t, "uses", rules, dashboard)
	require.NoError(t, err, string(output))

	var uses []use

	require.NoError(t, json.Unmarshal(output, &uses))
	require.Greater(t, len(uses), 30)

	// Prometheus names the place that it got a metric from.
	known := map[string][]string{}

	for _, promised := range metrics.Read(t, folder+"metrics.json") {
		for name, labels := range promised {
			known[name] = slices.Concat(known[name], labels, []string{"job", "instance"})
		}
	}

	for _, u := range uses {
		require.Contains(t, lo.Keys(known), u.Metric, u.Place)
		require.Subset(t, known[u.Metric], u.Labels, "%s: labels of %s", u.Place, u.Metric)
		require.Subset(t, known[u.Metric], u.Said, "%s: labels in its words", u.Place)
	}
}

func TestAlerts_FireWhenTheyShould(t *testing.T) {
	t.Parallel()

	output, err := ask(t, "test", rules, folder+"rules_test.yaml")
	require.NoError(t, err, string(output))
}

func TestAlerts_EachHasItsPageInTheDocumentation(t *testing.T) {
	t.Parallel()

	text, err := os.ReadFile(rules)
	require.NoError(t, err)

	pages, err := os.ReadFile(operations)
	require.NoError(t, err)

	named := func(pattern string, text []byte) []string {
		return lo.Map(regexp.MustCompile(pattern).FindAllSubmatch(text, -1), func(match [][]byte, _ int) string { return string(match[1]) })
	}

	alerts := named(`(?m)^ *- alert: (\w+)$`, text)
	require.NotEmpty(t, alerts)

	_, chapter, found := strings.Cut(string(pages), "\n## Alerts\n")
	require.True(t, found)

	chapter, _, _ = strings.Cut(chapter, "\n## ")
	require.Equal(t, alerts, named(`(?m)^### (\w+)$`, []byte(chapter)), "one page for each alert, in the same order")

	require.Equal(t, lo.Map(alerts, func(alert string, _ int) string { return strings.ToLower(alert) }), named(`(?m)^ *runbook: docs/OPERATIONS\.md#(\w+)$`, text))
}
