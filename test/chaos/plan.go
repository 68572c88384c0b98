package main

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/internal/faultpoint"
)

// rareEvery is of how many disturbances one is rare.
const rareEvery = 60

// leaseTime is longer than Postgres keeps the lock of a worker that is silent: another worker takes over from one that is frozen for so long.
const leaseTime = 8 * time.Second

// parts are what may be killed or frozen.
func parts() []string {
	return []string{
		"postgres", "registry", "buildkitd", "api", "worker-1", "worker-2", "containerd-1", "containerd-2",
		"nodeagent-1", "nodeagent-2", "edgeproxy-1", "edgeproxy-2",
	}
}

// actions are those that a plan can be restricted to.
func actions() []action {
	return []action{
		actionDeploy, actionTwoPushes, actionCancel, actionRollback, actionLateCancel, actionDrain, actionRescale, actionRestart, actionSleep, actionPin,
		actionLitter, actionInspect, actionTell,
	}
}

// newPlan returns the disturbances that a seed stands for: the first n are the same whatever n is. only restricts them to
// the fault points of one step or effect, to kills during one action, or to the means of an operator and the rare ones that it names, in turn.
func newPlan(n int, seed uint64, only string) ([]disturbance, error) {
	random := rand.New(rand.NewPCG(seed, 0)) //nolint:gosec // The same seed must make the same plan.

	if chosen := lo.Map(strings.Split(only, ","), func(m string, _ int) means { return means(m) }); lo.Every(slices.Concat(operated(), rare()), chosen) {
		return lo.Times(n, func(i int) disturbance {
			if m := chosen[i%len(chosen)]; slices.Contains(operated(), m) {
				return operate(random, m)
			}

			return rarely(chosen[i%len(chosen)], []string{"node-1", "node-2"}[i/len(chosen)%2])
		}), nil
	}

	if slices.Contains(actions(), action(only)) {
		return lo.Times(n, func(int) disturbance { return during(random, action(only)) }), nil
	}

	named := lo.Filter(points(), func(point string, _ int) bool { return only == "" || strings.HasPrefix(point, only+".") })
	if len(named) == 0 {
		return nil, fmt.Errorf("there is no step, effect, action or means %q; choose one of %s", only, strings.Join(choices(), ", "))
	}

	planned := make([]disturbance, 0, n)

	for i := range n {
		switch {
		case only != "":
			planned = append(planned, atPoint(random, named))
		case i%rareEvery == rareEvery-1:
			planned = append(planned, rarely(rare()[i/rareEvery%len(rare())], pick(random, []string{"node-1", "node-2"})))
		default:
			planned = append(planned, draw(random, named))
		}
	}

	return planned, nil
}

// choices are what a plan can be restricted to.
func choices() []string {
	named := lo.Uniq(lo.Map(points(), func(point string, _ int) string { effect, _, _ := strings.Cut(point, "."); return effect }))

	for _, a := range actions() {
		named = append(named, string(a))
	}

	for _, m := range slices.Concat(operated(), rare()) {
		named = append(named, string(m))
	}

	return named
}

// draw makes one disturbance of any means.
func draw(random *rand.Rand, named []string) disturbance {
	const (
		longestDelay, longestFreeze, shortest = 3000, 8000, 1000
		deploys                               = 5
		quietly, pairs                        = 4, 4
	)

	milliseconds := func(least, most int) time.Duration {
		return time.Duration(least+random.IntN(most-least)) * time.Millisecond
	}

	// How often each happens, of twenty-three.
	chosen := pick(random, slices.Concat(
		lo.RepeatBy(7, func(int) means { return meansPoint }), //nolint:mnd // See above.
		lo.RepeatBy(7, func(int) means { return meansKill }),  //nolint:mnd // See above.
		[]means{meansFreezer, meansFreeze, meansFreeze, meansFreeze, meansCutOff, meansKillVM}, operated(),
	))

	d := disturbance{means: chosen, action: pick(random, append(
		lo.RepeatBy(deploys, func(int) action { return actionDeploy }), actionTwoPushes, actionCancel, actionRollback, actionPin, actionRescale,
	)), after: milliseconds(0, longestDelay), lasts: milliseconds(shortest, longestFreeze), patience: milliseconds(0, longestDelay),
		quiet: chosen != meansKillVM && random.IntN(quietly) == 0}

	switch chosen {
	case meansPoint:
		return atPoint(random, named)
	case meansFreezer:
		d = atPoint(random, lo.CrossJoinBy2(steps(), moments(), faultpoint.Name))
		d.means, d.lasts = meansFreezer, leaseTime
	case meansCutOff:
		d.target = pick(random, []string{"node-1", "node-2"})
	case meansKillVM:
	case meansKill:
		d.target = pick(random, parts())

		// Not both edges: no load balancer could take another one.
		others := lo.Filter(parts(), func(part string, _ int) bool { return part != d.target && !bothEdges(part, d.target) })
		if random.IntN(pairs) == 0 {
			d.also = pick(random, others)
		}
	case meansFreeze:
		d.target = pick(random, parts())
	case meansFlush, meansReconfigure, meansUpgrade:
		return operate(random, chosen)
	case meansLost, meansFull, meansAddresses, meansCrowd, meansBuilder: // A plan has these in turn.
	}

	return d
}

// during kills one part while a user does something.
func during(random *rand.Rand, a action) disturbance {
	const longest = 10 * time.Second

	return disturbance{
		means: meansKill, target: pick(random, parts()), action: a, quiet: random.IntN(2) == 0, //nolint:mnd // Every second.
		after: time.Duration(random.Int64N(int64(longest))), patience: time.Duration(random.Int64N(int64(longest))),
	}
}

// operate is a disturbance of one of the means of an operator, while a deployment is under way.
func operate(random *rand.Rand, m means) disturbance {
	const longest = 3 * time.Second

	return disturbance{
		means: m, target: pick(random, []string{"node-1", "node-2"}), action: actionDeploy,
		after: time.Duration(random.Int64N(int64(longest))).Truncate(time.Millisecond), manner: random.IntN(manners()[m]),
	}
}

// manners are how many ways there are to do something.
func manners() map[means]int {
	return map[means]int{meansFlush: len(flushes()), meansReconfigure: len(configurations()), meansUpgrade: len(takeovers())}
}

// rarely is a disturbance of one of the rare means. What its user does is part of it.
func rarely(m means, node string) disturbance {
	return disturbance{means: m, target: node, quiet: true}
}

func bothEdges(one, other string) bool {
	_, first := edgeOf(one)
	_, second := edgeOf(other)

	return first && second
}

func pick[T any](random *rand.Rand, from []T) T { return from[random.IntN(len(from))] }
