package main

import (
	"math/rand/v2"
	"strings"

	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/internal/faultpoint"
)

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
