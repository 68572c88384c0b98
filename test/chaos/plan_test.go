package main

import (
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/samber/lo"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/internal/faultpoint"
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

	for _, m := range slices.Concat(operated(), rare()) {
		require.Contains(t, targets, string(m)+" node-1")
		require.Contains(t, targets, string(m)+" node-2")
	}

	for m, ways := range manners() {
		for manner := range ways {
			require.True(t, slices.ContainsFunc(plan, func(d disturbance) bool { return d.means == m && d.manner == manner }), "%s in manner %d", m, manner)
		}
	}

	for _, a := range actions() {
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

	flushed, err := newPlan(3, 1, string(meansFlush))
	require.NoError(t, err)
	require.True(t, lo.EveryBy(flushed, func(d disturbance) bool { return d.means == meansFlush }))

	pins, err := newPlan(3, 1, string(actionPin))
	require.NoError(t, err)
	require.Len(t, pins, 3)

	for _, d := range pins {
		require.Equal(t, actionPin, d.action)
	}

	_, err = newPlan(1, 1, "pull")
	require.ErrorContains(t, err, "clone, detect, build")
}

// TestPlan_ArmsEveryFaultPointOfTheProduct reads in the code which points can be reached.
func TestPlan_ArmsEveryFaultPointOfTheProduct(t *testing.T) {
	t.Parallel()

	reaches := regexp.MustCompile(`faultpoint\.Reach\(([\w.]+), faultpoint\.(\w+)\)`)
	declares := regexp.MustCompile(`\b(step[A-Z]\w+|kind[A-Z]\w+|fault[A-Z]\w+) += "(\w+)"`)

	var calls [][]string

	names := map[string]string{}

	for _, folder := range []string{"activities", "api", "builder", "cmd", "database", "edgeproxy", "internal", "nodeagent", "workflows"} {
		before := len(calls)
		declared := map[string]string{}

		root, err := os.OpenRoot(filepath.Join("../..", folder))
		require.NoError(t, err)
		t.Cleanup(func() { _ = root.Close() })

		require.NoError(t, fs.WalkDir(root.FS(), ".", func(path string, _ fs.DirEntry, err error) error {
			if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return err
			}

			source, err := root.ReadFile(path)
			require.Len(t, reaches.FindAll(source, -1), strings.Count(string(source), "faultpoint.Reach("), "read these points too: %s", path)

			calls = append(calls, reaches.FindAllStringSubmatch(string(source), -1)...)

			for _, match := range declares.FindAllStringSubmatch(string(source), -1) {
				declared[match[1]] = match[2]
			}

			return err
		}))

		// Where no point is reached the constants name other things.
		if len(calls) > before {
			maps.Copy(names, declared)
		}
	}

	// beginWith are the effects whose constants begin with a prefix.
	beginWith := func(prefix string) []string {
		return lo.Values(lo.PickBy(names, func(name, _ string) bool { return strings.HasPrefix(name, prefix) }))
	}

	reached := lo.FlatMap(calls, func(call []string, _ int) []string {
		effects := []string{names[call[1]]}

		switch call[1] {
		case "a.step.name":
			effects = beginWith("step")
		case "j.kind.name":
			effects = append(beginWith("kind"), lo.Map(beginWith("step"), func(step string, _ int) string { return "deploy." + step })...)
		}

		return lo.Map(effects, func(effect string, _ int) string { return faultpoint.Name(effect, strings.ToLower(call[2])) })
	})

	require.ElementsMatch(t, lo.Uniq(reached), points())
}
