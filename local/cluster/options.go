package cluster

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"time"

	"github.com/zeitwork/zeitwork/local/fakegithub"
)

// GitHub is a GitHub and the platform's App there, as the settings of api and workers name them.
type GitHub struct {
	URL, APIURL  string
	AppID        int64
	ClientSecret string
	// PrivateKey is in PEM.
	PrivateKey string
}

// Options say where and how a cluster runs. Only DataDir, CacheDir, Program, Bin, ClusterRange, BuildRange and Bridge are
// required.
type Options struct {
	// DataDir is an absolute path that no other cluster uses at the same time.
	DataDir string
	// CacheDir keeps the base images.
	CacheDir string
	// Program is the zeitwork binary.
	Program string
	// Bin is the folder of the daemons' binaries.
	Bin string
	// S3Bin is the folder of versitygw, where the registry is to keep its blobs in an S3 server, as in production; empty: it keeps them in files.
	S3Bin string
	// SweepInterval is how often layers that no image has any more are deleted while the cluster runs; zero: only at the start.
	SweepInterval time.Duration
	// PostgresBin is the folder of Postgres' programs; empty: the newest that Debian installed.
	PostgresBin string
	// Ports are on the loopback interface; a free one is chosen for each that is zero.
	Ports Ports
	// ClusterRange has the addresses of the VMs, BuildRange those of the builds; nothing else on the machine may use them.
	ClusterRange, BuildRange netip.Prefix
	// BuildCacheBytes is how much disk the build cache may use; zero is the default of builder.Buildkitd.
	BuildCacheBytes int64
	// Bridge is the name of the builds' network interface.
	Bridge string
	// BaseDomain is what generated hostnames end in; empty: localhost.
	BaseDomain string
	// PublicRegistry makes builds pull base images from Docker Hub. Otherwise they are made here.
	PublicRegistry bool
	// Disposable trades the safety of the data for speed; for tests.
	Disposable bool
	// Workers is how many worker processes run; zero: one.
	Workers int
	// Nodes is how many nodes run; zero: one. A single node is in the machine's own network namespace. Of several nodes, each has
	// a network namespace and a containerd of its own.
	Nodes int
	// Edges is how many edge proxies run; zero: one.
	Edges int
	// EncryptedEdges has the edges also end TLS, each on a port of its own. Certificates come as to any edge.
	EncryptedEdges bool
	// Quotas are flags of `zeitwork admin quota` for what organisations may use; empty: what the platform gives by itself.
	Quotas []string
	// GitHub is the one that api and workers know; the zero value is github.com without an App.
	GitHub GitHub
	// SeedGitHub has the cluster run a demo GitHub in the place of GitHub, and fills it at its first start, with one user at the least. Nil: there is none.
	SeedGitHub func(github *fakegithub.Server) error
	// FaultDir, where it is set, is the folder of armed fault points (package faultpoint) of every service.
	FaultDir string
	// Environ is added to the environment of every service, in the form NAME=VALUE.
	Environ []string
	// NodeEnviron, where it is set, returns what is added to the environment of the agent of each node.
	NodeEnviron func(Node) []string
	// Progress is called with what is being done; it may be nil.
	Progress func(part, detail string)
	// Logger gets a record for each child that dies; it may be nil.
	Logger *slog.Logger
}

func (o *Options) complete(ctx context.Context) error {
	if o.BaseDomain == "" {
		o.BaseDomain = "localhost"
	}

	if o.Progress == nil {
		o.Progress = func(string, string) {}
	}

	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}

	o.Workers, o.Nodes, o.Edges = max(o.Workers, 1), max(o.Nodes, 1), max(o.Edges, 1)
	o.Ports.moreEdges = make([]int, o.Edges-1)

	if o.EncryptedEdges {
		o.Ports.encryptedEdges = make([]int, o.Edges)
	}

	return errors.Join(o.checkRange(), o.Ports.choose(ctx))
}

// checkRange fails where the cluster's range has no part for each node and one more for the links to the nodes.
func (o *Options) checkRange() error {
	const partBits = 24

	if o.Nodes == 1 {
		return nil
	}

	if !o.ClusterRange.Addr().Is4() || o.ClusterRange.Bits() > partBits || o.Nodes >= 1<<(partBits-o.ClusterRange.Bits()) || o.Nodes > mostNodes {
		return fmt.Errorf("the cluster's range %s is too small for %d nodes: each needs a /24 and so do the links to them, and %d nodes are the most",
			o.ClusterRange, o.Nodes, mostNodes)
	}

	return nil
}
