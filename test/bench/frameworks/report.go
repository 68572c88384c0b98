package frameworks

import (
	"fmt"
	"strings"
	"time"

	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/test/rig"
)

// report prints the platform's builds beside the frameworks' own; its last line is for machines.
func report(results []result) {
	const megabyte = 1e6

	for _, r := range results {
		fmt.Printf("\n%s: where the last one-line rebuild of %.2f s went\n", r.name, r.oneLine[len(r.oneLine)-1].Seconds())

		for _, line := range r.log {
			fmt.Println("  " + short(line))
		}
	}

	fmt.Printf("\n%-8s %9s %12s %11s %9s %7s %9s %12s %11s %9s\n",
		"", "cold", "unchanged", "one line", "own", "ratio", "image", "official's", "first 200", "memory")

	var ratio, sizeRatio float64

	var slowest time.Duration

	for _, r := range results {
		own, relative, officialSize := "-", "-", "-"

		if len(r.own) > 0 {
			ours, theirs := rig.Median(r.oneLine), rig.Median(r.own)
			ratio = max(ratio, ours.Seconds()/theirs.Seconds())
			own, relative = seconds(theirs), fmt.Sprintf("%.2f", ours.Seconds()/theirs.Seconds())
		}

		if r.officialSize > 0 {
			sizeRatio = max(sizeRatio, float64(r.size)/float64(r.officialSize))
			officialSize = fmt.Sprintf("%.2f MB", float64(r.officialSize)/megabyte)
		}

		slowest = max(slowest, r.unchanged)

		fmt.Printf("%-8s %9s %12s %11s %9s %7s %9s %12s %11s %9s\n", r.name, seconds(r.cold), seconds(r.unchanged), seconds(rig.Median(r.oneLine)), own,
			relative, fmt.Sprintf("%.2f MB", float64(r.size)/megabyte), officialSize, seconds(r.first), fmt.Sprintf("%.0f MB", float64(r.memory)/megabyte))
	}

	fmt.Printf("\noneline_ratio_max=%.2f unchanged_s_max=%.2f size_ratio_max=%.3f\n", ratio, slowest.Seconds(), sizeRatio)
}

func seconds(d time.Duration) string { return fmt.Sprintf("%.2f s", d.Seconds()) }

// short returns an instruction of a Dockerfile without its mounts, cut to the width of a terminal, with how long it took.
func short(line string) string {
	const width = 140

	text := strings.Join(lo.Reject(strings.Fields(line), func(word string, _ int) bool { return strings.HasPrefix(word, "--mount=") }), " ")
	if len(text) <= width {
		return text
	}

	instruction, took, _ := strings.Cut(text, ": done in ")

	return lo.Substring(instruction, 0, width) + "… " + took
}
