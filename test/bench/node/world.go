package node

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/netip"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"sync"

	containerd "github.com/containerd/containerd/v2/client"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/zeitwork/zeitwork/api"
	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/id"
	"github.com/zeitwork/zeitwork/internal/process"
	"github.com/zeitwork/zeitwork/internal/secret"
	"github.com/zeitwork/zeitwork/local/daemon"
	"github.com/zeitwork/zeitwork/test/bench/benchdatabase"
	"github.com/zeitwork/zeitwork/test/rig"
)

// The variables by which go run ./test/env tells where its parts are.
const (
	registryVariable = "ZEITWORK_TEST_REGISTRY"
	binVariable      = "ZEITWORK_TEST_BIN"
)

const (
	clusterRange = "10.94.0.0/16"
	nodePrefix   = "10.94.0.0/22"
	nodeName     = "bench"
)

// world is a platform with one node.
type world struct {
	options Options
	scratch string

	home    process.Home
	program string
	pool    *pgxpool.Pool
	queries *database.Queries
	tokens  api.Tokens
	// registry is the host of one that asks nobody for a password.
	registry string
	// front is where the requests of the agent are counted.
	front string
	api   *client.ClientWithResponses
	// socket is containerd's.
	socket     string
	containerd *containerd.Client
	namespace  string
	node       uuid.UUID
	// processes are those that are measured, by their names.
	processes map[string]int

	deployments []deployed
	assigned    []uuid.UUID
	next        netip.Addr

	mu       sync.Mutex
	requests map[string]int
	closer   []func(context.Context) error
}

func (w *world) start(ctx context.Context) error {
	w.home, w.namespace, w.processes, w.requests = process.Home(w.scratch), "zeitwork-bench-"+id.New().String()[24:], map[string]int{}, map[string]int{}
	w.next, w.registry = netip.MustParsePrefix(nodePrefix).Addr().Next(), os.Getenv(registryVariable)
	w.program, w.tokens = filepath.Join(w.scratch, "zeitwork"), api.NewTokens()

	if w.registry == "" || os.Getenv(binVariable) == "" {
		return errors.New(registryVariable + " or " + binVariable + " is not set: run it through `go tool task bench:node`, which starts what it needs")
	}

	for _, step := range []func(context.Context) error{w.openDatabase, w.build, w.startAPI, w.deploy, w.startContainerd, w.startAgent} {
		if err := step(ctx); err != nil {
			return err
		}
	}

	return nil
}

// close ends everything, the last that was begun first.
func (w *world) close(ctx context.Context) error {
	var err error
	for n := range w.closer {
		err = errors.Join(err, w.closer[len(w.closer)-1-n](ctx))
	}

	return err
}

func (w *world) later(end func(context.Context) error) { w.closer = append(w.closer, end) }

// openDatabase makes a database with the node in it.
func (w *world) openDatabase(ctx context.Context) error {
	// One connection is in use at a time.
	const connections = 4

	made, err := benchdatabase.New(ctx, "bench:node", connections)
	if err != nil {
		return err
	}

	w.pool = made.Pool
	w.later(made.Close)

	w.queries = database.New(w.pool)
	first := api.Bootstrap{
		Email: "operator@example.com", Organisation: "bench", Node: nodeName, Region: nodeName, ClusterRange: netip.MustParsePrefix(clusterRange), Tokens: w.tokens,
	}

	if err := first.Run(ctx, w.pool); err != nil {
		return err
	}

	if err := w.pool.QueryRow(ctx, "UPDATE nodes SET prefix = $1 RETURNING id", netip.MustParsePrefix(nodePrefix)).Scan(&w.node); err != nil {
		return fmt.Errorf("give the node room: %w", err)
	}

	return nil
}

// build compiles the zeitwork binary, and the shim beside links to the daemons, where containerd finds it in the place of runc's.
func (w *world) build(ctx context.Context) error {
	fmt.Fprintln(os.Stderr, "Compiling the zeitwork binary and the shim.")

	if err := rig.BuildZeitwork(ctx, w.program, ""); err != nil {
		return err
	}

	const shim = "containerd-shim-runc-v2"

	if err := os.Mkdir(w.bin(), 0o755); err != nil {
		return err
	}

	daemons, err := filepath.Glob(filepath.Join(os.Getenv(binVariable), "*"))
	if err != nil {
		return err
	}

	for _, path := range daemons {
		if name := filepath.Base(path); name != shim {
			if err := os.Symlink(path, filepath.Join(w.bin(), name)); err != nil {
				return err
			}
		}
	}

	_, err = rig.Run(exec.CommandContext(ctx, "go", "build", "-o", filepath.Join(w.bin(), shim), "github.com/zeitwork/zeitwork/test/bench/node/stubshim"))

	return err
}

func (w *world) bin() string { return filepath.Join(w.scratch, "bin") }

func (w *world) startAPI(ctx context.Context) error {
	port, err := rig.FreePort(ctx)
	if err != nil {
		return err
	}

	listen := fmt.Sprintf("127.0.0.1:%d", port)
	environ := w.environ(
		"ZEITWORK_DATABASE_URL="+w.pool.Config().ConnString(), "ZEITWORK_SECRET_KEY="+secret.GenerateKey().Encode(), "ZEITWORK_API_LISTEN="+listen,
		"ZEITWORK_BASE_DOMAIN=bench.example", "ZEITWORK_CLUSTER_RANGE="+clusterRange, "ZEITWORK_API_REQUESTS_PER_MINUTE=1000000",
	)

	if err := w.once(ctx, environ, "admin", "quota", "--projects", "1000", "--log-kib", "100000000"); err != nil {
		return err
	}

	if err := w.run(ctx, "api", environ, func(ctx context.Context) error {
		_, err := rig.Transport{}.Ask(ctx, http.MethodGet, "http://"+listen+"/v1/openapi.json", nil)

		return err
	}, "api"); err != nil {
		return err
	}

	w.api, err = rig.NewClient("http://"+listen, w.tokens.User)
	counted := httputil.NewSingleHostReverseProxy(&url.URL{Scheme: "http", Host: listen})
	counted.ErrorLog = log.New(io.Discard, "", 0) // An agent that ends leaves its requests.

	front := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		w.mu.Lock()
		w.requests[r.Method+" "+r.URL.Path]++
		w.mu.Unlock()

		counted.ServeHTTP(rw, r)
	}))
	w.front = front.URL
	w.later(func(context.Context) error {
		front.CloseClientConnections()
		front.Close()

		return nil
	})

	return err
}

func (w *world) startContainerd(ctx context.Context) error {
	started, err := daemon.Containerd{Home: w.home, Bin: w.bin()}.Start(ctx)
	if err != nil {
		return err
	}

	w.later(started.Stop)
	w.processes["containerd"], w.socket = started.PID(), started.Address()

	w.containerd, err = containerd.New(w.socket, containerd.WithDefaultNamespace(w.namespace))
	if err != nil {
		return fmt.Errorf("connect to containerd: %w", err)
	}

	w.later(func(context.Context) error { return w.containerd.Close() })

	return nil
}

func (w *world) startAgent(ctx context.Context) error {
	environ := w.environ(
		"ZEITWORK_API_URL="+w.front, "ZEITWORK_NODE_TOKEN="+w.tokens.Node, "ZEITWORK_NODE_RUNTIME=io.containerd.runc.v2", "ZEITWORK_NODE_ALLOW_RUNC=true",
		"ZEITWORK_NODE_DATA_DIR="+w.dataDir(), "ZEITWORK_CONTAINERD_SOCKET="+w.socket, "ZEITWORK_CONTAINERD_NAMESPACE="+w.namespace,
		"ZEITWORK_NODE_VM_DISK_BYTES=0",
	)

	w.later(func(ctx context.Context) error { return w.once(ctx, environ, "nodeagent", "remove-vms", clusterRange) })

	return w.run(ctx, "nodeagent", environ, nil, "nodeagent")
}

func (w *world) dataDir() string { return filepath.Join(w.scratch, "node") }

func (w *world) environ(more ...string) []string {
	return process.Environment(w.bin(), append([]string{"ZEITWORK_REGISTRY_HOST=" + w.registry, "ZEITWORK_REGISTRY_INSECURE=true"}, more...)...)
}

// run starts a service until close.
func (w *world) run(ctx context.Context, name string, environ []string, ready func(context.Context) error, arguments ...string) error {
	started, err := w.home.Start(ctx, process.Spec{Name: name, Program: w.program, Arguments: arguments, Environment: environ, Ready: ready})
	if err != nil {
		return err
	}

	w.later(started.Stop)
	w.processes[name] = started.PID()

	return nil
}

// once runs a command to its end.
func (w *world) once(ctx context.Context, environ []string, arguments ...string) error {
	command := exec.CommandContext(ctx, w.program, arguments...)
	command.Env = environ

	_, err := rig.Run(command)

	return err
}
