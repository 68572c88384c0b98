package main

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/samber/lo"
	"github.com/stretchr/testify/require"
)

func TestPlan_SameSeed_IsTheSame_AndAnotherIsNot(t *testing.T) {
	t.Parallel()

	const n = 200

	first, err := newPlan(n, 7, "")
	require.NoError(t, err)

	again, err := newPlan(n, 7, "")
	require.NoError(t, err)
	require.Equal(t, first, again)

	shorter, err := newPlan(n/2, 7, "")
	require.NoError(t, err)
	require.Equal(t, first[:n/2], shorter)

	other, err := newPlan(n, 8, "")
	require.NoError(t, err)
	require.NotEqual(t, first, other)
}

func TestPlan_Long_DisturbsEverythingByAllMeans(t *testing.T) {
	t.Parallel()

	plan, err := newPlan(3000, 1, "")
	require.NoError(t, err)

	targets := lo.Uniq(lo.Map(plan, func(d disturbance, _ int) string { return string(d.means) + " " + d.target }))

	for _, part := range parts() {
		require.Contains(t, targets, "kill "+part)
		require.Contains(t, targets, "freeze "+part)
	}

	for _, point := range points() {
		require.Contains(t, targets, "kill at "+point)
	}

	pairs := lo.Filter(plan, func(d disturbance, _ int) bool { return d.also != "" })
	require.NotEmpty(t, pairs)

	for _, d := range pairs {
		require.NotEqual(t, d.target, d.also)
		require.False(t, bothEdges(d.target, d.also))
	}

	require.Subset(t, targets, []string{"cut off node-1", "cut off node-2", "kill VM "})

	for _, m := range rare() {
		require.Contains(t, targets, string(m)+" node-1")
		require.Contains(t, targets, string(m)+" node-2")
	}

	for _, a := range []action{actionDeploy, actionTwoPushes, actionCancel, actionRollback} {
		require.True(t, slices.ContainsFunc(plan, func(d disturbance) bool { return d.action == a }), a)
	}
}

func TestPlan_OnlyOneStep_HasItsPointsAlone(t *testing.T) {
	t.Parallel()

	plan, err := newPlan(100, 1, "push")
	require.NoError(t, err)
	require.ElementsMatch(t, []string{"push.before", "push.after", "push.committed"},
		lo.Uniq(lo.Map(plan, func(d disturbance, _ int) string { return d.target })))

	rarest, err := newPlan(3, 1, string(meansLost))
	require.NoError(t, err)
	require.Equal(t, []disturbance{rarely(meansLost, "node-1"), rarely(meansLost, "node-2"), rarely(meansLost, "node-1")}, rarest)

	_, err = newPlan(1, 1, "pull")
	require.ErrorContains(t, err, "clone, detect, build")
}

// TestPlan_ArmsEveryFaultPointOfTheProduct looks for the names of jobs and effects in the code that reaches fault points.
func TestPlan_ArmsEveryFaultPointOfTheProduct(t *testing.T) {
	t.Parallel()

	// Periodic jobs that take minutes to come round, or whose crash leaves nothing that the next one would not find anyway.
	unarmed := []string{"poll_repositories", "collect_garbage"}

	effects := lo.Uniq(lo.Map(points(), func(point string, _ int) string { effect, _, _ := strings.Cut(point, "."); return effect }))

	for _, declared := range []struct{ file, pattern string }{
		{"../../workflows/chain.go", `step[A-Z]\w+ += "(\w+)"`},
		{"../../workflows/jobs.go", `kind[A-Z]\w+ += "(\w+)"`},
		{"../../nodeagent/launch.go", `fault[A-Z]\w+ += "(\w+)"`},
		{"../../edgeproxy/poller.go", `faultRouteTable += "(\w+)"`},
	} {
		source, err := os.ReadFile(declared.file)
		require.NoError(t, err)

		named := regexp.MustCompile(declared.pattern).FindAllStringSubmatch(string(source), -1)
		for _, match := range named {
			require.Contains(t, append(effects, unarmed...), match[1], "%s reaches a fault point that no plan arms", declared.file)
		}
	}
}
