package workflows

import "time"

// The steps of a deployment, as they stand in deployments.step.
const (
	stepClone       = "clone"
	stepDetect      = "detect"
	stepBuild       = "build"
	stepPush        = "push"
	stepRelease     = "release"
	stepSchedule    = "schedule"
	stepHealthCheck = "health_check"
	stepFlipRoute   = "flip_route"
)

// deploy is the chain from a commit to a URL. Attempts and their backoff make the deadline of a step that waits for
// something of ours: 10 attempts are about 3 minutes, 20 are about 8. Health checks end by themselves: their attempts are for workers that die.
// A step with a condition is left out where that does not hold for the project.
//
//nolint:mnd // The declarations are the names of these numbers.
func deploy() []step {
	return []step{
		{name: stepClone, queue: queueSource, timeout: 15 * time.Minute, attempts: 10, run: (*Worker).clone},
		{name: stepDetect, queue: queueSource, timeout: 5 * time.Minute, attempts: 10, run: (*Worker).detect},
		{name: stepBuild, queue: queueBuild, timeout: 45 * time.Minute, attempts: 10, run: (*Worker).build},
		{name: stepPush, queue: queueRelease, timeout: 5 * time.Minute, attempts: 10, run: (*Worker).push},
		{name: stepRelease, queue: queueCommand, timeout: 80 * time.Minute, attempts: 20, run: (*Worker).release, when: hasReleaseCommand},
		{name: stepSchedule, queue: queueRelease, timeout: time.Minute, attempts: 20, run: (*Worker).schedule},
		{name: stepHealthCheck, queue: queueWait, timeout: 15 * time.Minute, attempts: 20, run: (*Worker).healthCheck},
		{name: stepFlipRoute, queue: queueRelease, timeout: time.Minute, attempts: 20, run: (*Worker).flipRoute},
	}
}

// otherKinds are the jobs beside the chain.
//
//nolint:mnd // The declarations are the names of these numbers.
func otherKinds() []kind {
	return []kind{
		{name: kindRetire, queue: queueWait, timeout: 20 * time.Minute, attempts: 100, work: (*Worker).retire},
		{name: kindCleanup, queue: queueWait, timeout: 20 * time.Minute, attempts: 100, work: (*Worker).cleanup},
		{name: kindMoveVMs, queue: queueMove, timeout: 25 * time.Minute, attempts: 100, work: (*Worker).moveVMs},
		{name: kindPollRepositories, queue: queuePoll, timeout: 5 * time.Minute, attempts: 1, periodic: true, work: (*Worker).pollRepositories},
		{name: kindReconcile, queue: queuePoll, timeout: time.Minute, attempts: 1, periodic: true, work: (*Worker).reconcile},
		{name: kindCollectGarbage, queue: queueGarbage, timeout: 10 * time.Minute, attempts: 1, periodic: true, work: (*Worker).collectGarbage},
	}
}
