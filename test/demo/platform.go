package main

import (
	"context"
	"net/netip"

	"github.com/zeitwork/zeitwork/local/baseimages"
	"github.com/zeitwork/zeitwork/local/cluster"
	"github.com/zeitwork/zeitwork/test/rig"
	"github.com/zeitwork/zeitwork/test/trial"
)

// start starts a platform of two nodes and two edges, whose addresses no other platform of this repository uses.
func start(ctx context.Context, scratch string) (*rig.Platform, error) {
	const twice = 2

	return rig.Start(ctx, scratch, cluster.Options{
		ClusterRange:   netip.MustParsePrefix("10.93.0.0/16"),
		BuildRange:     netip.MustParsePrefix("10.94.0.0/16"),
		Bridge:         "zwdemo0",
		Disposable:     true,
		PublicRegistry: baseimages.PublicRegistry(ctx),
		Workers:        twice, Nodes: twice, Edges: twice,
		Quotas: []string{
			"--builds", "2", "--projects", "20", "--domains", "25", "--instances", "24", "--cpu-millis", "16000", "--memory-mib", "16384",
			"--log-kib", "65536", "--requests", "6000",
		},
		SeedGitHub: seedGitHub,
		// The app that never answers is found out sooner. What was live before runs on for as long as a rollback would take no start.
		Environ:  []string{"ZEITWORK_HEALTH_TIMEOUT=12s"},
		Progress: trial.Say,
	})
}
