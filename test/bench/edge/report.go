package edge

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// results are those of all measurements.
type results struct {
	proxies []*proxy
	of      map[string]map[string][]result // By measure and proxy.
}

func newResults(proxies []*proxy) *results {
	return &results{proxies: proxies, of: map[string]map[string][]result{}}
}

func (r *results) add(m measure, p *proxy, one result) {
	if r.of[m.name] == nil {
		r.of[m.name] = map[string][]result{}
	}

	r.of[m.name][p.name] = append(r.of[m.name][p.name], one)
}

// median returns the middle one of the results, by value, and false where there are none.
func (r *results) median(measure, proxy string) (result, bool) {
	sorted := slices.SortedFunc(slices.Values(r.of[measure][proxy]), func(a, b result) int { return cmp.Compare(a.value, b.value) })
	if len(sorted) == 0 {
		return result{}, false
	}

	return sorted[len(sorted)/2], true
}

const (
	nameWidth, columnWidth = 46, 15
)

func (r *results) print(chosen []measure) {
	fmt.Printf("\n%-*s", nameWidth, "")

	for _, p := range r.proxies {
		fmt.Printf("%*s", columnWidth, p.name)
	}

	fmt.Printf("  unit\n")

	for _, m := range chosen {
		fmt.Printf("%-*s", nameWidth, m.title)

		for _, p := range r.proxies {
			if one, ok := r.median(m.name, p.name); ok {
				fmt.Printf("%*s", columnWidth, number(one.value))
			} else {
				fmt.Printf("%*s", columnWidth, "-")
			}
		}

		fmt.Printf("  %s\n", m.unit)
	}

	r.printCosts(chosen)
	r.printLast()
}

// printCosts tells where the time of a request goes.
func (r *results) printCosts(chosen []measure) {
	fmt.Printf("\nProcessor time of a request in µs: the proxy's own code + the kernel for it (the app)\n")

	for _, m := range chosen {
		var line strings.Builder

		for _, p := range r.proxies {
			text := "-"
			if one, ok := r.median(m.name, p.name); ok && one.perRequest != (costs{}) {
				c := one.perRequest
				text = fmt.Sprintf("%d + %d (%d)", c.user.Microseconds(), c.kernel.Microseconds(), c.app.Microseconds())
			}

			fmt.Fprintf(&line, "%*s", columnWidth, text)
		}

		if strings.Trim(line.String(), " -") != "" {
			fmt.Printf("%-*s%s\n", nameWidth, m.title, line.String())
		}
	}
}

func number(value float64) string {
	const large = 100
	if value >= large {
		return fmt.Sprintf("%.0f", value)
	}

	return fmt.Sprintf("%.2f", value)
}

// ratio returns the edge's value over nginx's.
func (r *results) ratio(measure string) string {
	ours, ok := r.median(measure, edgeName)
	theirs, both := r.median(measure, nginxName)

	if !ok || !both || theirs.value == 0 {
		return "-"
	}

	return fmt.Sprintf("%.2f", ours.value/theirs.value)
}

func (r *results) printLast() {
	kilobytes := "-"
	if one, ok := r.median(idleName, edgeName); ok {
		kilobytes = fmt.Sprintf("%.1f", one.value)
	}

	fmt.Printf("\nedge_over_nginx=%s p99_over_nginx=%s tls_over_nginx=%s idle_kb=%s\n", r.ratio(smallName), r.ratio(tailName), r.ratio(tlsName), kilobytes)
}
