package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"syscall"
	"time"

	"github.com/google/uuid"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/internal/faultpoint"
	"github.com/zeitwork/zeitwork/test/rig"
)

// outcome is how the platform came through one disturbance.
type outcome struct {
	disturbance

	// victim is the part that was hit, at that time.
	victim string
	at     time.Time
	// took is from then until the platform had converged.
	took time.Duration
	// resumed is how long a step lay still whose worker was killed; nil where none was.
	resumed *time.Duration
	// last is the finding that was waited for in the end.
	last     string
	findings []finding
	failures []string
}

func (o outcome) converged() bool { return len(o.findings) == 0 }

// disturb does one entry of the plan and waits until the platform has converged.
func (h *harness) disturb(ctx context.Context, d disturbance) outcome {
	o := outcome{disturbance: d, at: time.Now()}

	p := h.web
	if d.quiet {
		p = h.quiet
	}

	type acted struct {
		made []uuid.UUID
		err  error
	}

	done := make(chan acted, 1)

	strike, err := h.prepare(d)
	if err != nil {
		o.findings = append(o.findings, lost("%v", err))

		return o
	}

	go func() {
		acting, cancel := context.WithTimeout(ctx, rareTime)
		defer cancel()

		made, err := h.act(acting, p, d)
		done <- acted{made, err}
	}()

	if o.victim, o.at, err = strike(ctx); err != nil {
		o.findings = append(o.findings, lost("%s: %v", d, err))
	}

	did := <-done
	if did.err != nil {
		o.findings = append(o.findings, lost("%s: %v", d, did.err))
	}

	o.findings = append(o.findings, h.converge(ctx)...)
	o.findings = append(o.findings, h.sentinel.findings()...)
	o.took, o.last = time.Since(o.at), h.last
	o.failures = h.settle(ctx, d.moves())

	if strings.HasPrefix(o.victim, "worker") && (d.means == meansKill || d.means == meansPoint) {
		if o.resumed, err = h.resumed(ctx, did.made, o.at, d.means == meansPoint); err != nil {
			o.findings = append(o.findings, lost("%v", err))
		}
	}

	return o
}

// settle returns the requests that have failed since the last time. Streams do not count where VMs were moved.
func (h *harness) settle(ctx context.Context, moved bool) []string {
	r, err := readRows(ctx, h.pool)
	if err != nil {
		return []string{fmt.Sprintf("the database cannot be asked what was live: %v", err)}
	}

	failures, streams := h.traffic.settle(r.flips(h.projects()))

	if moved {
		return failures
	}

	return append(failures, streams...)
}

// strike hits a part, waits until it runs again, and returns which part it was and when it was hit.
type strike func(ctx context.Context) (victim string, at time.Time, err error)

// prepare returns how to hit what the disturbance names; fault points are armed when it returns.
func (h *harness) prepare(d disturbance) (strike, error) {
	switch d.means {
	case meansPoint, meansFreezer:
		what := faultpoint.Kill
		if d.means == meansFreezer {
			what = faultpoint.Freeze
		}

		before := h.pids()

		return func(ctx context.Context) (string, time.Time, error) { return h.await(ctx, d, before) }, h.faults.arm(d.target, what)
	case meansCutOff:
		return func(ctx context.Context) (string, time.Time, error) { return h.cutOff(ctx, d) }, nil
	case meansKillVM:
		return h.killVM, nil
	case meansFlush, meansReconfigure, meansUpgrade:
		return func(ctx context.Context) (string, time.Time, error) { return h.operate(ctx, d) }, nil
	case meansLost, meansFull, meansAddresses, meansCrowd, meansBuilder:
		return func(ctx context.Context) (string, time.Time, error) {
			at := time.Now()

			return d.target, at, h.disturbRarely(ctx, d)
		}, nil
	case meansKill, meansFreeze:
		fallthrough
	default:
		return func(ctx context.Context) (string, time.Time, error) {
			if err := rig.Sleep(ctx, d.after); err != nil {
				return "", time.Now(), err
			}

			pid, err := h.running(ctx, d.target)
			if err != nil {
				return "", time.Now(), err
			}

			at := time.Now()

			return d.target, at, h.hit(ctx, d, d.target, pid, at)
		}, nil
	}
}

// running returns the process of a part; it waits for one that is just starting again.
func (h *harness) running(ctx context.Context, part string) (int, error) {
	const patience, pause = 30 * time.Second, 10 * time.Millisecond

	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()

	for {
		if pid := h.cluster.PID(part); alive(pid) {
			return pid, nil
		}

		if err := rig.Sleep(ctx, pause); err != nil {
			return 0, fmt.Errorf("%s does not run: %w", part, err)
		}
	}
}

// hit kills a process and waits until it is started again, or freezes it for a while.
func (h *harness) hit(ctx context.Context, d disturbance, part string, pid int, at time.Time) error {
	if d.means == meansKill {
		if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
			return fmt.Errorf("kill %s: %w", part, err)
		}

		return errors.Join(h.hitAlso(ctx, d), h.revived(ctx, part, pid, at))
	}

	if err := syscall.Kill(pid, syscall.SIGSTOP); err != nil {
		return fmt.Errorf("freeze %s: %w", part, err)
	}

	return h.thaw(ctx, rig.Sleep(ctx, d.lasts), part, pid, at)
}

// hitAlso kills the second part of a disturbance that has one.
func (h *harness) hitAlso(ctx context.Context, d disturbance) error {
	if d.also == "" {
		return nil
	}

	pid, err := h.running(ctx, d.also)
	if err != nil {
		return err
	}

	return h.hit(ctx, disturbance{means: meansKill}, d.also, pid, time.Now())
}

// thaw lets a frozen process go on, also if the wait before had an error: nothing may stay frozen.
func (h *harness) thaw(ctx context.Context, err error, part string, pid int, at time.Time) error {
	if wake := syscall.Kill(pid, syscall.SIGCONT); wake != nil && !errors.Is(wake, syscall.ESRCH) {
		return fmt.Errorf("wake %s: %w", part, wake)
	}

	return errors.Join(err, h.served(ctx, part, at))
}

// await waits until a process has reached an armed fault point.
func (h *harness) await(ctx context.Context, d disturbance, before map[int]string) (string, time.Time, error) {
	defer h.faults.forget(d.target)

	bounded, cancel := context.WithTimeout(ctx, convergeTime)
	defer cancel()

	pid, at, err := h.faults.taken(bounded, d.target)
	if err != nil {
		return "", time.Now(), errors.Join(err, h.faults.disarm(d.target))
	}

	// One that has just been started again was not there when the point was armed.
	part := lo.CoalesceOrEmpty(before[pid], h.pids()[pid])

	if d.means == meansPoint {
		return part, at, h.revived(ctx, part, pid, at)
	}

	if err := h.thaw(ctx, errors.Join(rig.Sleep(ctx, d.lasts), h.takenOver(bounded, at)), part, pid, at); err != nil {
		return part, at, err
	}

	// A worker that was frozen for longer than its lease has to end when it wakes.
	return part, at, h.revived(ctx, part, pid, at)
}

// frozenSQL counts the steps of deployments that have been at work since before a time.
const frozenSQL = `SELECT count(*) FROM river.river_job WHERE state = 'running' AND kind LIKE 'deploy.%' AND attempted_at < $1`

// takenOver waits until a worker that froze at a time has no step any more: each that was at work has ended or was begun by another worker.
func (h *harness) takenOver(ctx context.Context, at time.Time) error {
	const pause = 50 * time.Millisecond

	for {
		var left int
		if err := h.pool.QueryRow(ctx, frozenSQL, at).Scan(&left); err != nil || left == 0 {
			return err
		}

		if err := rig.Sleep(ctx, pause); err != nil {
			return fmt.Errorf("%d steps of a frozen worker are not taken over: %w", left, err)
		}
	}
}

func (h *harness) cutOff(ctx context.Context, d disturbance) (string, time.Time, error) {
	if err := rig.Sleep(ctx, d.after); err != nil {
		return "", time.Now(), err
	}

	node := h.cluster.Nodes()[d.target[len(d.target)-1]-'1'].Name

	at := time.Now()
	if err := h.cluster.CutOff(node); err != nil {
		return node, at, err
	}

	return node, at, errors.Join(rig.Sleep(ctx, d.lasts), h.cluster.Reconnect(node))
}

// killVM kills the first process of a VM whose users nobody counts.
func (h *harness) killVM(ctx context.Context) (string, time.Time, error) {
	r, err := readRows(ctx, h.pool)
	if err != nil {
		return "", time.Now(), err
	}

	live, _ := r.live(h.quiet)

	for _, m := range h.machines {
		running, err := m.processes(ctx)
		if err != nil {
			return "", time.Now(), err
		}

		for _, vm := range r.vms {
			if pid := running[vm.ID]; pid != 0 && vm.DeploymentID == live.ID {
				return "VM " + vm.ID.String(), time.Now(), syscall.Kill(pid, syscall.SIGKILL)
			}
		}
	}

	return "", time.Now(), fmt.Errorf("no VM of %s runs", h.quiet.sample.name)
}
