// Package cluster runs the whole platform on one machine: the daemons and the services as child processes under one
// data directory. `zeitwork up`, the end-to-end tests and the benchmark share it.
//
// A second start with the same directory finds what the first left: the database, the images, the build cache. Nothing
// survives Stop: no process, VM, network namespace, route or mount.
//
// One node is in the machine's own network. Each of several has a network namespace, a containerd and an agent of its own: a veth
// link brings the machine's edges to its VMs, the API and the registry are forwarded to the same ports of its loopback interface,
// and there is no other way out. All else is in the machine's network. Parts can be held, released and replaced, and nodes cut off,
// to see what that does.
package cluster

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"slices"
	"sync"

	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/internal/process"
	"github.com/zeitwork/zeitwork/internal/secret"
)

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
	// PostgresBin is the folder of Postgres' programs; empty: the newest that Debian installed.
	PostgresBin string
	// Ports are on the loopback interface; those that are zero are chosen.
	Ports Ports
	// ClusterRange holds the addresses of the VMs, BuildRange those of the builds; nothing else may use them.
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
	// Nodes is how many nodes run; zero: one, in the machine's own network namespace. More than one: each in a network
	// namespace of its own, with a containerd of its own.
	Nodes int
	// Edges is how many edge proxies run; zero: one.
	Edges int
	// FaultDir, where it is set, is the folder of armed fault points (package faultpoint) of every service.
	FaultDir string
	// Environ is added to the environment of every service, in the form NAME=VALUE.
	Environ []string
	// Progress hears what is being done; it may be nil.
	Progress func(part, detail string)
	// Logger hears of children that die; it may be nil.
	Logger *slog.Logger
}

// Cluster is a platform that runs.
type Cluster struct {
	options   Options
	home      process.Home
	key       secret.Key
	tokens    tokens
	addresses addresses
	nodes     []*node

	lifetime context.Context //nolint:containedctx // The watchers' context ends with the cluster, not with a call.
	end      context.CancelFunc
	watchers sync.WaitGroup

	mutex sync.Mutex
	parts map[string]*part
	undo  []func(ctx context.Context) error // In the order of making; Stop goes backwards.
}

// addresses are where the daemons answer.
type addresses struct {
	database, registry, buildkit string
}

// Start starts everything and returns when it all answers. When it fails it stops what it had started.
func Start(ctx context.Context, options Options) (*Cluster, error) {
	if err := options.complete(ctx); err != nil {
		return nil, err
	}

	lifetime, end := context.WithCancel(context.WithoutCancel(ctx))
	cluster := &Cluster{
		options: options, home: process.Home(options.DataDir), lifetime: lifetime, end: end, parts: map[string]*part{},
	}

	if err := cluster.start(ctx); err != nil {
		return nil, errors.Join(err, cluster.Stop(context.WithoutCancel(ctx)))
	}

	return cluster, nil
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

	return errors.Join(o.checkRange(), o.Ports.choose(ctx))
}

func (c *Cluster) start(ctx context.Context) error {
	release, err := c.home.Lock()
	if err != nil {
		return err
	}

	c.later(func(context.Context) error { release(); return nil })

	if c.key, err = loadKey(c.options.DataDir); err != nil {
		return err
	}

	if c.tokens, err = loadTokens(c.options.DataDir, c.options.Nodes, c.options.Edges); err != nil {
		return err
	}

	if err := c.prepareNetwork(ctx); err != nil {
		return err
	}

	if err := c.startDaemons(ctx); err != nil {
		return err
	}

	c.options.Progress("database", "migrating")

	if err := c.once(ctx, "", c.controlEnviron(), nil, "migrate"); err != nil {
		return err
	}

	if err := c.bootstrap(ctx); err != nil {
		return err
	}

	if err := c.startAPI(ctx); err != nil {
		return err
	}

	return c.startServices(ctx)
}

// prepareNetwork makes the nodes and what they need of the machine's network.
func (c *Cluster) prepareNetwork(ctx context.Context) error {
	if err := c.claimRange(); err != nil {
		return err
	}

	if err := c.removeLeftovers(ctx); err != nil {
		return err
	}

	// Before anything can use an address of the cluster, none may leave the machine.
	if err := c.fence(); err != nil {
		return err
	}

	for number := 1; number <= c.options.Nodes; number++ {
		n := c.newNode(number, c.options.Nodes > 1)
		n.token = c.tokens.nodes()[number-1]
		c.nodes = append(c.nodes, n)

		if n.NetworkNamespace == "" {
			continue
		}

		if err := c.makeNetwork(ctx, n); err != nil {
			return err
		}
	}

	return nil
}

// Stop stops everything in reverse order, the VMs too, and returns when nothing is left but the data. It may be called
// twice.
func (c *Cluster) Stop(ctx context.Context) error {
	c.end()
	c.watchers.Wait()

	c.mutex.Lock()
	undo := c.undo
	c.undo = nil
	c.mutex.Unlock()

	var problems []error

	for _, f := range slices.Backward(undo) {
		problems = append(problems, f(ctx))
	}

	return errors.Join(problems...)
}

// later registers what Stop has to do.
func (c *Cluster) later(f func(ctx context.Context) error) {
	c.mutex.Lock()
	defer c.mutex.Unlock()

	c.undo = append(c.undo, f)
}

// APIURL is where the API answers.
func (c *Cluster) APIURL() string { return fmt.Sprintf("http://127.0.0.1:%d", c.options.Ports.API) }

// EdgeURL is where the first edge proxy answers for all hostnames.
func (c *Cluster) EdgeURL() string { return c.EdgeURLs()[0] }

// EdgeURLs is where each edge proxy answers for all hostnames.
func (c *Cluster) EdgeURLs() []string {
	return lo.Map(c.options.Ports.edges(), func(port, _ int) string { return fmt.Sprintf("http://127.0.0.1:%d", port) })
}

// UserToken signs in the operator, who also owns the first organisation.
func (c *Cluster) UserToken() string { return c.tokens.User }

// DatabaseURL is Postgres as its superuser.
func (c *Cluster) DatabaseURL() string { return c.addresses.database }

// Registry is the host and port of the registry.
func (c *Cluster) Registry() string { return c.addresses.registry }

// Buildkit is the unix:// URL of buildkitd.
func (c *Cluster) Buildkit() string { return c.addresses.buildkit }

// Containerd is the path of the socket of the first node's containerd.
func (c *Cluster) Containerd() string { return c.nodes[0].ContainerdSocket }

// Namespace is the containerd namespace of the first node's VMs. Each cluster has its own, as what is made on the machine is named for it.
func (c *Cluster) Namespace() string {
	const enough = 4

	sum := sha256.Sum256([]byte(c.options.DataDir))

	return "zeitwork-" + hex.EncodeToString(sum[:enough])
}

// SecretKey is the platform's key, for what acts as one of its services.
func (c *Cluster) SecretKey() secret.Key { return c.key }
