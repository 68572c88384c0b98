package nodeagent

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"runtime"
	"strconv"
	"strings"
	"time"

	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/internal/logging"
	"github.com/zeitwork/zeitwork/internal/systemservice"
	"github.com/zeitwork/zeitwork/internal/version"
)

const (
	reportInterval = 5 * time.Second
	reportTimeout  = 10 * time.Second
	// reportRetry is the longest time between two attempts while reports fail, and thus until an API that is back gets one.
	reportRetry = time.Second
	cpuMillis   = 1000
	kibibyte    = 1024
)

// report sends the API the state of the node and what has changed of its VMs: on every change, and every few seconds to show that the node is alive.
func (a *Agent) report(ctx context.Context) error {
	interval := time.NewTicker(reportInterval)
	defer interval.Stop()

	retry := time.NewTimer(reportRetry)
	defer retry.Stop()

	told := ""

	for {
		err := a.sendReport(ctx, time.Now())
		if ctx.Err() != nil {
			return nil
		}

		if status := statusAfter(err, lo.FromPtr(a.unreachableBecause())); status != told {
			systemservice.Tell(status)

			told = status
		}

		if err != nil {
			a.logger.WarnContext(ctx, "the state of this node could not be reported", logging.Error(err))
			retry.Reset(reportRetry - rand.N(reportRetry/2)) //nolint:gosec,mnd // Half of it is random, so that nodes do not come all at once.
		} else {
			retry.Stop()
		}

		select {
		case <-a.changed:
		case <-interval.C:
		case <-retry.C:
		case <-ctx.Done():
			return nil
		}
	}
}

// sendReport also tells what was measured in the minutes that ended before measuredBefore.
func (a *Agent) sendReport(ctx context.Context, measuredBefore time.Time) error {
	ctx, cancel := context.WithTimeout(ctx, reportTimeout)
	defer cancel()

	begun := time.Now()
	states, whole := a.told.news(a.states(), begun)

	report := client.NodeReport{
		Version: version.Get().Version, Runtime: a.config.Runtime,
		CPUMillis: int64(runtime.NumCPU()) * cpuMillis, MemoryBytes: memoryBytes(), VMS: states,
		Measures: a.usage.next(measuredBefore),
	}

	looks := a.takeLooks()

	tellsMore := a.tellsMore()
	if tellsMore {
		report.Machine, report.Unreachable = a.describeMachine(), a.unreachableBecause()
		if len(looks) > 0 {
			report.Looks = &looks
		}
	}

	response, err := a.api.ReportNodeWithResponse(ctx, report)
	if err == nil && response.StatusCode() == http.StatusUnprocessableEntity && report.Measures != nil {
		// An API of the version before refuses the whole report for what it does not know. It gets no measures.
		a.usage.forget(report.Measures)

		report.Measures = nil
		response, err = a.api.ReportNodeWithResponse(ctx, report)
	}

	if err == nil && response.StatusCode() == http.StatusUnprocessableEntity && tellsMore {
		// So it does for what is told for people to read: it refuses fields that it does not know.
		a.wasRefused()

		report.Machine, report.Unreachable, report.Looks = nil, nil, nil
		response, err = a.api.ReportNodeWithResponse(ctx, report)
	}

	if err == nil && response.StatusCode() == http.StatusUnprocessableEntity {
		// An API of the version before refuses the whole report for a state that it does not know. It gets the report without those VMs.
		report.VMS = lo.Reject(states, func(vm client.VMReport, _ int) bool { return vm.State == client.VMReportStateExited })
		response, err = a.api.ReportNodeWithResponse(ctx, report)
	}

	if err == nil && response.StatusCode() >= http.StatusMultipleChoices {
		err = fmt.Errorf("the API answered %s", response.Status())
	}

	if err != nil {
		a.told.mayHaveMissed()

		return fmt.Errorf("report: %w", err)
	}

	a.told.took(report.VMS, whole, begun)
	a.forgetLooks(looks)
	if report.Measures != nil {
		a.usage.forget(report.Measures)
	}

	return nil
}

// tellsMore is false for a while after an API has refused what is told for people to read.
func (a *Agent) tellsMore() bool {
	a.mu.Lock()
	defer a.mu.Unlock()

	return time.Since(a.refusedAt) >= silentAfterRefusal
}

func (a *Agent) wasRefused() {
	a.mu.Lock()
	defer a.mu.Unlock()

	a.refusedAt = time.Now()
}

// states returns the states of the assigned VMs.
func (a *Agent) states() []client.VMReport {
	a.mu.Lock()
	defer a.mu.Unlock()

	states := make([]client.VMReport, 0, len(a.assigned))

	for id := range a.assigned {
		// The state is empty until the machine has looked whether its VM runs already.
		if m := a.machines[id]; m != nil && m.state().State != "" {
			states = append(states, m.state())
		}
	}

	return states
}

// memoryBytes returns the memory of this machine, or 0 where /proc does not say.
func memoryBytes() int64 {
	file, err := os.Open("/proc/meminfo")
	if err != nil {
		return 0
	}

	defer func() { _ = file.Close() }()

	for scanner := bufio.NewScanner(file); scanner.Scan(); {
		if fields := strings.Fields(scanner.Text()); len(fields) > 1 && fields[0] == "MemTotal:" {
			kibibytes, _ := strconv.ParseInt(fields[1], 10, 64)

			return kibibytes * kibibyte
		}
	}

	return 0
}
