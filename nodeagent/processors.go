package nodeagent

import (
	"os"
	"strconv"
	"strings"

	"github.com/samber/lo"
)

// processorTime is what the processors of the machine have spent since it started, in ticks.
type processorTime struct{ idle, all uint64 }

// readProcessorTime returns zero where the kernel does not tell.
func readProcessorTime() processorTime {
	content, _ := os.ReadFile("/proc/stat")

	return parseProcessorTime(string(content))
}

// parseProcessorTime reads the first line of /proc/stat: user, nice, system, idle, and others. Time that waits for disks is not idle.
func parseProcessorTime(stat string) (spent processorTime) {
	const idleField, fields = 3, 8

	line, _, _ := strings.Cut(stat, "\n")

	numbers, found := strings.CutPrefix(line, "cpu ")
	if !found {
		return processorTime{}
	}

	// The fields beyond count what is in others already.
	for i, field := range lo.Slice(strings.Fields(numbers), 0, fields) {
		ticks, _ := strconv.ParseUint(field, 10, 64)
		spent.all += ticks

		if i == idleField {
			spent.idle = ticks
		}
	}

	return spent
}

// idleSince is the share of the time since then that the processors were idle; all of it where the kernel does not tell.
func (p processorTime) idleSince(then processorTime) float64 {
	if p.all <= then.all {
		return 1
	}

	return float64(p.idle-min(then.idle, p.idle)) / float64(p.all-then.all)
}
