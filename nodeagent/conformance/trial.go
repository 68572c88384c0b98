package conformance

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	containerd "github.com/containerd/containerd/v2/client"
	"github.com/google/uuid"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/internal/process"
	"github.com/zeitwork/zeitwork/nodeagent"
	"github.com/zeitwork/zeitwork/nodeagent/containers"
)

// agentCommand is the argument that makes the zeitwork binary the node agent.
const agentCommand = "nodeagent"

// trial is one run of the checks: the agent, the VMs that it runs, and what stands in for all others.
type trial struct {
	options Options
	environ map[string]string
	config  nodeagent.Config
	home    process.Home
	kata    bool

	containerd *containerd.Client
	platform   *platform
	registry   *registry
	tailnet    peers
	internet   peers
	agent      *process.Process
	// unwatch is called before the agent is ended: one that ends by itself ends the checks.
	unwatch context.CancelFunc
	// closers end what the trial has started, in reverse order.
	closers []func()
	// broken ends the checks with a cause.
	broken context.CancelCauseFunc

	// first and second are two VMs that run during most checks. They are made by the first check.
	first, second client.AssignedVM
	// rules is the number of rules and elements in the packet filter before there was a VM.
	rules int

	mu          sync.Mutex
	nextAddress netip.Addr
	// used are all VMs that were ever assigned.
	used []uuid.UUID
}

func newTrial(options Options) (*trial, error) {
	if err := options.Validate(); err != nil {
		return nil, err
	}

	environ := options.environ()

	config, err := readConfig(environ)
	if err != nil {
		return nil, err
	}

	folder := filepath.Join("/run/zeitwork", config.ContainerdNamespace+".peers")

	return &trial{
		options: options, environ: environ, config: config, home: process.Home(config.DataDir), kata: containers.IsKata(config.Runtime),
		nextAddress: options.Range.Addr(),
		tailnet: peers{
			folder: folder, role: tailnetRole, name: interfaceName(config.ContainerdNamespace, tailnetRole),
			network: tailnetRange(), node: nodeInTailnet(), addresses: []netip.Addr{edge(), stranger()},
		},
		internet: peers{
			folder: folder, role: internetRole, name: interfaceName(config.ContainerdNamespace, internetRole),
			network: internetRange(), node: nodeInInternet(), addresses: []netip.Addr{website(), nameserver()},
		},
	}, nil
}

// begin starts all that the checks need, up to an agent that has no VM yet.
func (t *trial) begin(ctx context.Context) error {
	var err error
	if t.containerd, err = containers.Connect(t.config.ContainerdSocket, t.config.ContainerdNamespace); err != nil {
		return fmt.Errorf("reach containerd at %s: %w", t.config.ContainerdSocket, err)
	}

	if err := t.beginPlatform(); err != nil {
		return err
	}

	for _, p := range []peers{t.tailnet, t.internet} {
		if err := errors.Join(p.attach(), p.awaitReachable(ctx)); err != nil {
			return fmt.Errorf("make the stand-ins for other machines: %w", err)
		}
	}

	if t.options.Offline {
		stop, err := serveNames(ctx, t.internet.path(), nameserver())
		if err != nil {
			return fmt.Errorf("serve names: %w", err)
		}

		t.closers = append(t.closers, stop)
	}

	if err := t.startAgent(ctx); err != nil {
		return err
	}

	t.rules, err = t.countRules()

	return err
}

func (t *trial) beginPlatform() error {
	made, err := makeImage(string(t.home))
	if err != nil {
		return err
	}

	if t.registry, err = newRegistry(made); err != nil {
		return fmt.Errorf("serve the image: %w", err)
	}

	t.closers = append(t.closers, func() { _ = t.registry.server.Close() })

	if t.platform, err = newPlatform(t.config.Token, t.options.Range); err != nil {
		return fmt.Errorf("stand in for the platform: %w", err)
	}

	t.closers = append(t.closers, func() { _ = t.platform.server.Close() })
	t.environ["ZEITWORK_API_URL"], t.environ["ZEITWORK_REGISTRY_HOST"] = t.platform.url, t.registry.host

	return nil
}

// startAgent starts the agent as the process that it is on a node, and waits until it has its assignments.
func (t *trial) startAgent(ctx context.Context) error {
	program, err := os.Executable()
	if err != nil {
		return fmt.Errorf("find the path of this binary: %w", err)
	}

	t.platform.change(func() { t.platform.applied = 0 })

	t.agent, err = t.home.Start(ctx, process.Spec{
		Name: agentCommand, Program: program, Arguments: []string{agentCommand}, Environment: lines(t.environ), Patience: t.options.Patience,
	})
	if err != nil {
		return err
	}

	watched, unwatch := context.WithCancel(ctx)
	agent := t.agent
	t.unwatch = unwatch

	go func() {
		<-agent.Done()

		if watched.Err() == nil {
			t.broken(fmt.Errorf("the agent ended by itself, and its last line is %q: %w", lastLine(agent.LogFile()), agent.Err()))
		}
	}()

	return t.platform.awaitApplied(ctx, t.options.Patience)
}

// killAgent ends the agent by force.
func (t *trial) killAgent() {
	t.unwatch()
	t.agent.Kill()
}

// lastLine returns the last line of a file.
func lastLine(path string) string {
	content, _ := os.ReadFile(path)
	text := strings.TrimSpace(string(content))

	return text[strings.LastIndex(text, "\n")+1:]
}

// newHTTPClient returns a client that makes a connection for each request, by dial where that is not nil.
func newHTTPClient(dial dialFunc, timeout time.Duration) *http.Client {
	return &http.Client{Timeout: timeout, Transport: &http.Transport{DisableKeepAlives: true, DialContext: dial}}
}
