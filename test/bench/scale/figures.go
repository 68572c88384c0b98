package scale

import (
	"fmt"
	"slices"

	"github.com/samber/lo"
)

// figures are in milliseconds; reportMillis and listMillis are of processors, the others of the clock.
type figures struct {
	flipMillis, flipKilobytes, reportMillis, placeMillis, reconcileMillis, listMillis float64

	deploysPerHour float64
	download       download
}

// samples are what rounds have measured.
type samples struct {
	flipMillis, flipKilobytes, reportMillis, placeMillis, reconcileMillis, listMillis, deploysPerHour []float64
}

// middle returns the medians.
func (s samples) middle() figures {
	return figures{
		flipMillis: middle(s.flipMillis), flipKilobytes: middle(s.flipKilobytes), reportMillis: middle(s.reportMillis), placeMillis: middle(s.placeMillis),
		reconcileMillis: middle(s.reconcileMillis), listMillis: middle(s.listMillis), deploysPerHour: middle(s.deploysPerHour),
	}
}

func middle(of []float64) float64 {
	sorted := slices.Sorted(slices.Values(of))

	return sorted[len(sorted)/2]
}

// growth is how many times as much the figure that grows most is of a larger platform.
func growth(small, large figures) float64 {
	return max(large.flipMillis/small.flipMillis, large.flipKilobytes/small.flipKilobytes, large.reportMillis/small.reportMillis,
		large.placeMillis/small.placeMillis, large.reconcileMillis/small.reconcileMillis, large.listMillis/small.listMillis,
		small.deploysPerHour/large.deploysPerHour)
}

// report prints the figures of each size, in the order of percents.
func report(measured []figures) {
	fmt.Printf("%8s %10s %10s %10s %10s %13s %10s %12s\n", "size", "flip ms", "flip kB", "report ms", "place ms", "reconcile ms", "list ms", "deploys/h")

	for place, found := range measured {
		fmt.Printf("%6d %% %10.1f %10.2f %10.2f %10.1f %13.1f %10.2f %12.0f\n", percents[place],
			found.flipMillis, found.flipKilobytes, found.reportMillis, found.placeMillis, found.reconcileMillis, found.listMillis, found.deploysPerHour)
	}

	large := lo.LastOrEmpty(measured)

	fmt.Printf("%d edges without a table got %.1f MB each in %.1f s, for %.1f s of processors.\n",
		edges, large.download.megabytes, large.download.seconds, large.download.processorSeconds)
	fmt.Printf("flip_ms_100=%.1f flip_kb=%.2f report_ms=%.2f place_ms=%.1f reconcile_ms=%.1f deploys_per_h=%.0f growth_max=%.1f\n",
		large.flipMillis, large.flipKilobytes, large.reportMillis, large.placeMillis, large.reconcileMillis, large.deploysPerHour, growth(measured[0], large))
}
