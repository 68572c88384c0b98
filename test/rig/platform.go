package rig

import (
	"context"
	"errors"
	"path/filepath"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/local/cluster"
)

// Platform is a whole platform that runs on this machine. Stop, which the caller calls, leaves data and logs behind.
type Platform struct {
	*cluster.Cluster

	// Program is the zeitwork binary, Bin the folder of the daemons' binaries.
	Program, Bin string
	// API is /v1 for the operator, who also owns the first organisation.
	API *client.ClientWithResponses
}

// noQuotas keep no test from anything, and no deployment waiting for its turn: workers have fewer slots.
func noQuotas() []string {
	return []string{
		"--builds", "100", "--projects", "100000", "--domains", "100000", "--instances", "100000", "--cpu-millis", "100000000", "--memory-mib", "100000000",
		"--log-kib", "100000000", "--requests", "1000000",
	}
}

// Start starts a platform in a scratch folder. It keeps its data in data/ below that and takes CacheDir for the cache. Of the options it also
// fills in Program and Bin where they are empty: it builds the zeitwork binary into the scratch folder, and the daemons into the cache.
func Start(ctx context.Context, scratch string, options cluster.Options) (*Platform, error) {
	options.DataDir, options.CacheDir = filepath.Join(scratch, "data"), CacheDir()
	// One user and one organisation do here what many do elsewhere.
	if len(options.Quotas) == 0 {
		options.Quotas = noQuotas()
	}

	options.Environ = append([]string{"ZEITWORK_API_REQUESTS_PER_MINUTE=1000000"}, options.Environ...)

	var err error

	if options.Bin == "" {
		if options.Bin, err = buildDaemons(ctx, options.CacheDir, options.Progress); err != nil {
			return nil, err
		}
	}

	if options.Program == "" {
		options.Program = filepath.Join(scratch, "zeitwork")
		if err := BuildZeitwork(ctx, options.Program, ""); err != nil {
			return nil, err
		}
	}

	started, err := cluster.Start(ctx, options)
	if err != nil {
		return nil, err
	}

	api, err := NewClient(started.APIURL(), started.UserToken())
	if err != nil {
		return nil, errors.Join(err, started.Stop(context.WithoutCancel(ctx)))
	}

	return &Platform{Cluster: started, Program: options.Program, Bin: options.Bin, API: api}, nil
}
