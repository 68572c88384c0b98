package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/client"
)

// newPlatform is a platform of version v1.0.0, whose parts are upgraded by the command: it writes what it is to do to a file, and upgraded does that.
func newPlatform(t *testing.T) (f *fleet, b *testBundle, done func() []string, command []string) {
	t.Helper()

	f, b = newFleet(t, fleetNode("node-1", 0, "v1.0.0", "2", "6.1"))
	f.version = "v1.0.0"
	f.workers = []client.Builder{{Name: "worker-1", Version: "v1.0.0", InTouch: true}, {Name: "worker-0", Version: "v0.0.0"}}
	f.edges = []client.Edge{
		{Name: "edge-1", Version: new("v1.0.0"), InTouch: true, LastSeenAt: new(time.Now())},
		{Name: "edge-2", Version: new("v1.0.0"), InTouch: true, LastSeenAt: new(time.Now())},
	}

	file := filepath.Join(t.TempDir(), "done")
	done = func() []string {
		content, _ := os.ReadFile(file)

		return strings.Split(strings.TrimSpace(string(content)), "\n")
	}

	return f, b, done, []string{"--", "sh", "-c", "echo $0 $1 $2 >> " + file, "{part}", "{version}", "{name}"}
}

// follow does what the commands asked for last.
func (f *fleet) follow(asked string) {
	part, version, _ := strings.Cut(asked, " ")
	version, name, _ := strings.Cut(version, " ")

	switch part {
	case "control-plane":
		f.workers[0].Version = version
		f.version = version
	case "builder":
		(*f.workers[0].Buildkit.Builders)[0].Version = &version
	case "edge":
		for i := range f.edges {
			if f.edges[i].Name == name {
				f.edges[i].Version = &version
			}
		}
	case "node":
		f.node(name).Version = version
	}
}

func TestUpgrade_PartByPart_StopsAtTheFirstThatIsNotHealthy_AndGoesBack(t *testing.T) {
	t.Parallel()

	f, b, done, command := newPlatform(t)
	looks := 0

	f.onLook = func(f *fleet) {
		asked := done()
		f.follow(asked[len(asked)-1])

		// Two APIs answer in turn, each four requests, until the second one is upgraded.
		if looks++; len(asked) == 1 && asked[0] != "" && looks < 25 && looks/4%2 == 0 {
			f.version = "v1.0.0"
		}

		// The new version does not work on this edge.
		f.edges[1].InTouch = *f.edges[1].Version == "v1.0.0"
	}

	code := b.run(t, append([]string{"upgrade", "v2.0.0", "--yes", "--timeout", "4s"}, command...)...)
	require.Equal(t, ExitFailure, code)
	require.Equal(t, []string{"control-plane v2.0.0", "edge v2.0.0 edge-1", "edge v2.0.0 edge-2"}, done(), "the node is left alone")
	require.Regexp(t, `control-plane +v1.0.0 → v2.0.0`, b.out.String())
	require.Regexp(t, `node +node-1 +v1.0.0 → v2.0.0`, b.out.String())
	require.Contains(t, b.err.String(), "waits: an API has version v1.0.0")
	require.Contains(t, b.err.String(), "edge edge-2: after 4s it still waits: is out of touch")
	require.Contains(t, b.err.String(), "`zeitwork upgrade v1.0.0` goes back")

	// What is ill keeps it from going on, and not from going back.
	code = b.run(t, append([]string{"upgrade", "v2.0.0", "--yes", "--timeout", "0s"}, command...)...)
	require.Equal(t, ExitFailure, code)
	require.Contains(t, b.err.String(), "node node-1: it was not begun: the edge edge-2 is out of touch")
	require.Len(t, done(), 3)

	require.Equal(t, ExitOK, b.run(t, append([]string{"upgrade", "v1.0.0", "--yes"}, command...)...), b.err.String())
	require.Equal(t, []string{"edge v1.0.0 edge-2", "edge v1.0.0 edge-1", "control-plane v1.0.0"}, done()[3:], "the other way round")
	require.Contains(t, b.err.String(), "The platform has version v1.0.0.")
}

func TestUpgrade_LeavesOutWhatItIsTold_AndDoesNothingTwice(t *testing.T) {
	t.Parallel()

	f, b, done, command := newPlatform(t)
	f.edges[1].InTouch = false
	f.onLook = func(f *fleet) {
		asked := done()
		f.follow(asked[len(asked)-1])
	}

	require.Equal(t, ExitUsage, b.run(t, "upgrade", "v2.0.0", "--without", "edge-3"))
	require.Equal(t, ExitUsage, b.run(t, "upgrade"))

	require.Equal(t, ExitOK, b.run(t, "upgrade", "v2.0.0"), "without --yes it shows the plan")
	require.Contains(t, b.out.String(), "`VERSION=v2.0.0 kamal deploy --skip-push -d DESTINATION`")
	require.Equal(t, []string{""}, done())

	require.Equal(t, ExitFailure, b.run(t, append([]string{"upgrade", "v2.0.0", "--yes"}, command...)...))
	require.Contains(t, b.err.String(), "control-plane: it was not begun: the edge edge-2 is out of touch")
	require.Contains(t, b.err.String(), "--without edge-2")

	require.Equal(t, ExitOK, b.run(t, append([]string{"upgrade", "v2.0.0", "--yes", "--without", "edge-2"}, command...)...), b.err.String())
	require.Equal(t, []string{"control-plane v2.0.0", "edge v2.0.0 edge-1", "node v2.0.0 node-1"}, done())
	require.Contains(t, b.err.String(), "The platform has version v2.0.0, but for edge edge-2 (v1.0.0). No worker tells of its builders.")

	b.out.Reset()
	require.Equal(t, ExitOK, b.run(t, append([]string{"upgrade", "v2.0.0", "--yes", "--without", "edge-2"}, command...)...))
	require.Contains(t, b.out.String(), "Nothing is to be upgraded")
	require.Contains(t, b.out.String(), "No worker tells of its builders yet")
	require.Len(t, done(), 3)
}

func TestUpgrade_AVersionWithoutItsV_IsTheSameVersion(t *testing.T) {
	t.Parallel()

	f, b, done, command := newPlatform(t)
	f.onLook = func(f *fleet) {
		asked := done()
		f.follow(asked[len(asked)-1])
	}

	require.Equal(t, ExitOK, b.run(t, append([]string{"upgrade", "2.0.0", "--yes", "--timeout", "4s"}, command...)...), b.err.String())
	require.Equal(t, "control-plane v2.0.0", done()[0])
	require.Contains(t, b.err.String(), "The platform has version v2.0.0.")
}

func TestUpgrade_WhatIsNoVersion_IsRefusedBeforeAnythingIsAsked(t *testing.T) {
	t.Parallel()

	f, b, _, _ := newPlatform(t)
	f.onLook = func(*fleet) { t.Error("the platform was asked") }

	for _, given := range []string{"latest", "v1.3", "", "vv1.3.0", "unknown"} {
		require.Equal(t, ExitUsage, b.run(t, "upgrade", given), given)
		require.Contains(t, b.err.String(), "is no version of Zeitwork: give all three numbers of a release, as in v1.3.0")
		b.err.Reset()
	}
}

func TestUpgrade_FromACandidateToItsRelease_GoesForward(t *testing.T) {
	t.Parallel()

	f, b, _, _ := newPlatform(t)

	for _, version := range []struct {
		now, to string
		first   string
	}{
		{now: "v2.0.0-rc.1", to: "v2.0.0", first: "control-plane"},
		{now: "v2.0.0-rc.9", to: "v2.0.0-rc.10", first: "control-plane"},
		{now: "v2.0.0", to: "v2.0.0-rc.1", first: "node"},
		{now: "4aa0a0a", to: "v2.0.0", first: "control-plane"},
	} {
		f.version = version.now

		b.out.Reset()
		require.Equal(t, ExitOK, b.run(t, "upgrade", version.to), b.err.String())
		require.Regexp(t, "^PART .*\n"+version.first+" ", b.out.String(), "from %s to %s", version.now, version.to)
	}
}

func TestUpgrade_ThatStops_SaysHowToGoBackToWhatTheControlPlaneHad(t *testing.T) {
	t.Parallel()

	const nameIt = "`zeitwork upgrade VERSION` goes back, with the version that the platform had before"

	for name, test := range map[string]struct {
		set  func(*fleet)
		says string
	}{
		"an edge that tells no version": {func(f *fleet) { f.edges[0].Version, f.edges[0].InTouch = nil, false }, "`zeitwork upgrade v1.0.0` goes back"},
		"an edge of another version than the control plane": {
			func(f *fleet) { f.edges[0].Version, f.edges[0].InTouch = new("v0.9.0"), false }, "`zeitwork upgrade v1.0.0` goes back",
		},
		"the control plane is upgraded already, and the rest is of one version": {
			func(f *fleet) { f.version, f.workers[0].Version, f.edges[0].InTouch = "v2.0.0", "v2.0.0", false }, "`zeitwork upgrade v1.0.0` goes back",
		},
		"the control plane is upgraded already, and the rest has several versions": {
			func(f *fleet) {
				f.version, f.workers[0].Version, f.edges[0].Version, f.edges[0].InTouch = "v2.0.0", "v2.0.0", new("v0.9.0"), false
			}, nameIt,
		},
		"the control plane tells no release": {func(f *fleet) { f.version, f.edges[0].InTouch = "unknown", false }, nameIt},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			f, b, _, command := newPlatform(t)
			test.set(f)

			require.Equal(t, ExitFailure, b.run(t, append([]string{"upgrade", "v2.0.0", "--yes", "--timeout", "0s"}, command...)...))
			require.Contains(t, b.err.String(), test.says)
			require.NotContains(t, b.err.String(), "upgrade unknown")
			require.NotContains(t, b.err.String(), "rollback unknown")
		})
	}
}

func TestUpgrade_Builders_ComeBehindTheControlPlane_EachUntilAllWorkersSayIt(t *testing.T) {
	t.Parallel()

	const address = "tcp://100.64.0.7:8372"

	f, b, done, command := newPlatform(t)
	told := func(version *string) client.BuildKit {
		return client.BuildKit{Address: address, Builders: &[]client.BuilderVersion{{Address: address, Version: version}}}
	}

	f.workers = []client.Builder{
		{Name: "worker-1", Version: "v1.0.0", InTouch: true, Buildkit: told(new("v1.0.0"))},
		{Name: "worker-2", Version: "v2.0.0", InTouch: true, Buildkit: told(nil)},
	}
	looks := 0

	f.onLook = func(f *fleet) {
		asked := done()
		f.follow(asked[len(asked)-1])

		// The other worker asks the builder later.
		if strings.HasPrefix(asked[len(asked)-1], "builder") {
			if looks++; looks > 12 {
				f.workers[1].Buildkit = told(new("v2.0.0"))
			}
		}
	}

	require.Equal(t, ExitUsage, b.run(t, "upgrade", "v2.0.0", "--without", "tcp://other:1"))
	require.Equal(t, ExitOK, b.run(t, append([]string{"upgrade", "v2.0.0", "--yes", "--timeout", "20s"}, command...)...), b.err.String())
	require.Equal(t, []string{"control-plane v2.0.0", "builder v2.0.0 " + address, "edge v2.0.0 edge-1", "edge v2.0.0 edge-2", "node v2.0.0 node-1"}, done())
	require.Regexp(t, `builder +tcp://100.64.0.7:8372 +v1.0.0 → v2.0.0`, b.out.String())
	require.Contains(t, b.err.String(), "waits: its version is unknown; workers ask once a minute")
}

func TestUpgrade_BackToAReleaseWhoseBuildersTellNoVersion_IsDoneWhenWorkersReachThem(t *testing.T) {
	t.Parallel()

	const address = "tcp://100.64.0.7:8372"

	f, b, done, command := newPlatform(t)
	f.version, f.nodes, f.edges = "v2.0.0", nil, nil
	f.workers = []client.Builder{{Name: "worker-1", Version: "v2.0.0", InTouch: true, Buildkit: client.BuildKit{
		Address: address, Builders: &[]client.BuilderVersion{{Address: address, Version: new("v2.0.0")}},
	}}}
	looks := 0

	f.onLook = func(f *fleet) {
		asked := strings.Fields(done()[len(done())-1])
		if len(asked) == 0 {
			return
		}

		if asked[0] != "builder" {
			f.follow(strings.Join(asked, " "))

			return
		}

		// It starts, and answers then.
		builder := &f.workers[0].Buildkit
		(*builder.Builders)[0].Version, builder.Error = nil, new("connection refused")

		if looks++; looks > 12 {
			builder.Error = nil
		}
	}

	require.Equal(t, ExitOK, b.run(t, append([]string{"upgrade", "v1.0.0", "--yes", "--timeout", "20s"}, command...)...), b.err.String())
	require.Equal(t, []string{"builder v1.0.0 " + address, "control-plane v1.0.0"}, done())
	require.Contains(t, b.err.String(), "waits: its version is unknown; workers ask once a minute")
	require.Contains(t, b.err.String(), "tells no version, as older releases do not")
	require.Contains(t, b.err.String(), "The platform has version v1.0.0, but for builder "+address+" (tells no version).")
}
