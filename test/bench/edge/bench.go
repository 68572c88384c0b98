// Package edge measures the edge beside nginx and HAProxy, as Debian has them, and beside net/http's ReverseProxy with nothing around it.
//
// All of them pass requests on to the same app, an nginx with fixed answers, over loopback. Each is measured in turns, round after round, with the same load,
// so that whatever else the machine does comes to all; printed are medians. Load, proxy and app share the machine's processors: a proxy that takes half the
// processor time does not carry twice the requests. Therefore the processor time of the proxy for one request is printed too.
//
// The edge is the zeitwork binary with its own engine. Its api is one of the benchmark's, which knows one hostname.
package edge

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/internal/hostpackages"
	"github.com/zeitwork/zeitwork/internal/process"
	"github.com/zeitwork/zeitwork/test/rig"
)

// Options say what is measured.
type Options struct {
	// Rounds is how often each measurement is made of each proxy.
	Rounds int
	// Duration is how long each one takes.
	Duration time.Duration
	// Only are the names of the measurements that are made; empty: all.
	Only []string
	// Proxies are the names of those that are measured; empty: all.
	Proxies []string
	// Connections is how many idle connections there are when memory is measured.
	Connections int
}

// The Debian packages of the proxies and of what makes the load.
func packages() []string { return []string{"nginx-light", "haproxy", "wrk", "nghttp2-client"} }

// Run measures, and prints a report whose last line is for machines.
func Run(ctx context.Context, options Options) (err error) {
	chosen, err := chooseMeasures(options)
	if err != nil {
		return err
	}

	if err := hostpackages.Ensure(ctx, func(detail string) { fmt.Println("Packages:", detail) }, packages()...); err != nil {
		return err
	}

	scratch, err := rig.NewScratch()
	if err != nil {
		return err
	}

	s := &stage{home: process.Home(scratch)}

	defer func() {
		err = errors.Join(err, s.close(context.WithoutCancel(ctx)))
		if err == nil {
			err = os.RemoveAll(scratch)
		} else {
			fmt.Fprintln(os.Stderr, "The logs are in", scratch)
		}
	}()

	if err := s.start(ctx, options.Proxies); err != nil {
		return err
	}

	r := newResults(s.proxies)

	for round := range options.Rounds {
		fmt.Printf("Round %d of %d\n", round+1, options.Rounds)

		for _, m := range chosen {
			for _, p := range s.proxies {
				if !m.canMeasure(p) {
					continue
				}

				one, err := m.of(ctx, s, p, options)
				if err != nil {
					return fmt.Errorf("%s of %s: %w", m.name, p.name, err)
				}

				r.add(m, p, one)
			}
		}
	}

	r.print(chosen)

	return nil
}

func chooseMeasures(options Options) ([]measure, error) {
	all := measures()

	for _, name := range options.Only {
		if !slices.ContainsFunc(all, func(m measure) bool { return m.name == name }) {
			return nil, fmt.Errorf("there is no measurement %q; there are %s", name, strings.Join(lo.Map(all, func(m measure, _ int) string { return m.name }), ", "))
		}
	}

	return lo.Filter(all, func(m measure, _ int) bool { return len(options.Only) == 0 || slices.Contains(options.Only, m.name) }), nil
}
