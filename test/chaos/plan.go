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

// action is what a user does while something dies.
type action string

const (
	actionDeploy    action = "deploy"
	actionTwoPushes action = "two pushes"
	actionCancel    action = "cancel"
	actionRollback  action = "rollback"
	// actionLateCancel cancels a deployment whose VMs have been placed.
	actionLateCancel action = "cancel with VMs"
	// actionDrain drains a node until its VMs are elsewhere, and makes it ready again.
	actionDrain action = "drain"
	// actionRescale changes the instances of the project without a deployment, and back.
	actionRescale action = "rescale"
	// actionRestart has the instances of what is live start anew.
	actionRestart action = "restart"
	// actionSleep has what is live fall asleep, and wakes it.
	actionSleep action = "sleep and wake"
	// actionPin rolls back, which pins the project, pushes, which is held, and unpins.
	actionPin action = "pin"
	// actionLitter deploys until an image is left that nobody may roll back to.
	actionLitter action = "litter"
	// actionInspect has the repository looked at, as before a project is made of it.
	actionInspect action = "inspect"
	// actionTell has a test message sent to a channel.
	actionTell action = "tell"
)

// means is how something is disturbed.
type means string

const (
	meansKill    means = "kill"
	meansFreeze  means = "freeze"
	meansCutOff  means = "cut off"
	meansKillVM  means = "kill VM"
	meansPoint   means = "kill at"
	meansFreezer means = "freeze at"
	// meansFlush has another program flush the rules that isolate VMs.
	meansFlush means = "flush rules"
	// meansReconfigure restarts a containerd with another configuration.
	meansReconfigure means = "reconfigure containerd"
	// meansUpgrade has an agent of another version, with other settings, take over.
	meansUpgrade means = "upgrade agent"
	// The means below kill nothing. Each takes a minute or more.

	// meansLost cuts a node off in mid health check, until its VMs are placed elsewhere.
	meansLost means = "lose node"
	// meansFull drains a node while no other one has room, and then makes room.
	meansFull means = "drain full cluster"
	// meansAddresses leaves one node, then both, without a free address.
	meansAddresses means = "no addresses"
	// meansCrowd deploys many projects at once.
	meansCrowd means = "60 projects"
	// meansBuilder takes the builder away in mid build.
	meansBuilder means = "lose builder"
)

// operated are the means by which whoever operates a node changes what runs there. Its VMs run on.
func operated() []means { return []means{meansFlush, meansReconfigure, meansUpgrade} }

// rare are the means that a plan has now and then, in turn: every rareEvery-th disturbance.
func rare() []means { return []means{meansLost, meansFull, meansAddresses, meansCrowd, meansBuilder} }

const rareEvery = 60

// disturbance is one entry of the plan.
type disturbance struct {
	action action
	// quiet tells that the action is on the project whose users are not counted.
	quiet bool
	means means
	// target is a part, a node, or the name of a fault point; empty for a VM.
	target string
	// also is a second part that is killed right after the first; empty for none.
	also string
	// after is how long after the action's begin it happens; a fault point has its own moment.
	after time.Duration
	// lasts is how long a part stays frozen, or a node cut off.
	lasts time.Duration
	// patience is how long a user waits before the cancel.
	patience time.Duration
	// manner is which of the ways to do it this is, by their number, for means that know several.
	manner int
}

// kind groups disturbances in the report.
func (d disturbance) kind() string {
	target, _, _ := strings.Cut(d.target, "-")
	if d.also != "" {
		return "kill two"
	}

	if d.means == meansPoint || d.means == meansFreezer {
		target, _, _ = strings.Cut(d.target, ".")
	}

	return strings.TrimSpace(string(d.means) + " " + target)
}

// moves tells whether the disturbance has VMs of what is live replaced or stopped, which ends their streams with their grace.
func (d disturbance) moves() bool {
	return d.action == actionDrain || d.action == actionRescale || d.action == actionRestart || d.action == actionSleep ||
		d.means == meansLost || d.means == meansFull
}

func (d disturbance) String() string {
	switch d.means {
	case meansLost, meansFull, meansAddresses, meansCrowd, meansBuilder:
		return strings.TrimSpace(fmt.Sprintf("%s %s", d.means, d.target))
	case meansFlush, meansReconfigure, meansUpgrade:
		return fmt.Sprintf("%s on %s after %s in manner %d, %s", d.means, d.target, d.after, d.manner, d.action)
	case meansPoint, meansKillVM:
		return fmt.Sprintf("%s %s, %s", d.means, d.target, d.action)
	case meansFreezer:
		return fmt.Sprintf("%s %s for %s, %s", d.means, d.target, d.lasts, d.action)
	case meansFreeze, meansCutOff:
		return fmt.Sprintf("%s %s after %s for %s, %s", d.means, d.target, d.after, d.lasts, d.action)
	case meansKill:
		fallthrough
	default:
		return fmt.Sprintf("%s %s after %s, %s", d.means, strings.TrimSuffix(d.target+" and "+d.also, " and "), d.after, d.action)
	}
}

// leaseTime is longer than Postgres keeps the lock of a worker that is silent: another worker takes over from one that is frozen for so long.
const leaseTime = 8 * time.Second

// steps are the chain's.
func steps() []string {
	return []string{"clone", "detect", "build", "push", "release", "schedule", "health_check", "flip_route"}
}

func moments() []string { return []string{faultpoint.Before, faultpoint.After, faultpoint.Committed} }

// points are all fault points of the product. Those of the jobs in reachedBy need more than a plain deployment.
func points() []string {
	named := lo.CrossJoinBy2(steps(), moments(), faultpoint.Name)

	for _, effect := range []string{"vm_start", "vm_remove", "route_table", "route_compaction"} {
		named = append(named, faultpoint.Name(effect, faultpoint.Before), faultpoint.Name(effect, faultpoint.After))
	}

	for _, kind := range jobs() {
		named = append(named, faultpoint.Name(kind, faultpoint.Before), faultpoint.Name(kind, faultpoint.Committed))
	}

	// The image is out of the registry, and the database does not know.
	return append(named, faultpoint.Name("collect_garbage", faultpoint.After))
}

// jobs are the kinds of jobs. That of a step begins before the step has an attempt, and ends behind its commit.
func jobs() []string {
	return append(
		[]string{"retire", "reconcile", "cleanup", "move_vms", "rescale", "restart", "poll_repositories", "poll_pulls", "github_report", "collect_garbage",
			"check_installations", "detect_repository", "check_domains", "keep_certificates", "sweep_certificates", "keep_partitions", "rebalance",
			"sleep", "wake", "notify", "watch_platform"},
		lo.Map(steps(), func(step string, _ int) string { return "deploy." + step })...,
	)
}

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

// reachedBy are the actions that lead to the jobs which a plain deployment has no need of.
func reachedBy() map[string]action {
	return map[string]action{
		"cleanup": actionLateCancel, "move_vms": actionDrain, "rescale": actionRescale, "restart": actionRestart, "sleep": actionSleep, "wake": actionSleep,
		"collect_garbage": actionLitter, "detect_repository": actionInspect, "route_compaction": actionLitter, "notify": actionTell,
	}
}

func atPoint(random *rand.Rand, named []string) disturbance {
	d := disturbance{means: meansPoint, target: pick(random, named), action: actionDeploy}

	effect, _, _ := strings.Cut(d.target, ".")
	if special, ok := reachedBy()[effect]; ok {
		d.action, d.quiet = special, special == actionRescale || special == actionRestart || special == actionSleep
	}

	return d
}

func pick[T any](random *rand.Rand, from []T) T { return from[random.IntN(len(from))] }
